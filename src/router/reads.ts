/**
 * Who answers a read while an application is moved: the open side, or for a share of them the target; and which are
 * tried on both. The application never waits for the target beyond a limit, and gets no error of it.
 */
import type pg from 'pg';
import {type ReadTally, timed} from '../model/read-tally.ts';
import {Breaker} from './breaker.ts';
import {isChosen, monotonicMs} from './clock.ts';
import type {Outbox, Tokens} from './outbox.ts';
import {compareReads} from './read-comparison.ts';
import type {ReadReport} from './read-report.ts';
import type {Route} from './route-choice.ts';
import type {TargetReads} from './target-reads.ts';

/** More are not compared: they would take connections from the application. */
const COMPARED_AT_ONCE = 2;

export type ReadParts = {
  readonly route: () => Route;
  readonly open: <R extends pg.QueryResultRow>(text: string, params?: readonly unknown[]) => Promise<pg.QueryResult<R>>;
  readonly target: TargetReads;
  readonly outbox: Outbox;
  readonly report: ReadReport;
};

export class Reads {
  readonly #parts: ReadParts;
  readonly #breaker = new Breaker();
  readonly #comparing = new Set<Promise<void>>();
  #isClosed = false;

  constructor(parts: ReadParts) {
    this.#parts = parts;
  }

  /** The target is left alone after errors. */
  get isResting(): boolean {
    return this.#breaker.isOpen;
  }

  async read<R extends pg.QueryResultRow>(text: string, params?: readonly unknown[], mine?: Tokens): Promise<pg.QueryResult<R>> {
    const route = this.#parts.route();
    const isShared = route.side === 'source' && route.shadowPercent !== undefined && this.#parts.outbox.prove() && !this.#breaker.isOpen;
    if (!isShared) return this.#parts.open<R>(text, params);
    if (this.#mayServe(route) && isChosen(route.readPercent)) return this.#fromTarget<R>({route, mine}, text, params);
    return this.#fromSource<R>(route, text, params);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#comparing);
  }

  /** A difference that this router has proven is enough to ask the source alone, whatever the run says next. */
  #mayServe(route: Route): boolean {
    return route.readPercent > 0 && this.#parts.report.tally.differing === 0;
  }

  async #fromTarget<R extends pg.QueryResultRow>(
    {route, mine}: {readonly route: Route; readonly mine: Tokens | undefined},
    text: string,
    params?: readonly unknown[],
  ): Promise<pg.QueryResult<R>> {
    const found = await this.#parts.target.ask(text, params, this.#parts.outbox.needed(mine));
    if (found.kind === 'answered') {
      this.#breaker.succeeded();
      this.#parts.report.add(route, {served: 1, targetMs: timed(found.ms)});
      if (isChosen(route.shadowPercent ?? 0)) this.#compare(route, text, params);
      return found.answer as pg.QueryResult<R>;
    }
    const answer = await this.#parts.open<R>(text, params);
    this.#count(route, {[found.kind]: 1});
    return answer;
  }

  async #fromSource<R extends pg.QueryResultRow>(route: Route, text: string, params?: readonly unknown[]): Promise<pg.QueryResult<R>> {
    const began = monotonicMs();
    const answer = await this.#parts.open<R>(text, params);
    if (!isChosen(route.shadowPercent ?? 0)) return answer;
    this.#parts.report.add(route, {sourceMs: timed(monotonicMs() - began)});
    this.#compare(route, text, params, answer);
    return answer;
  }

  /** Beside the application, which has its answer. `first`: what the source has just answered, where it was asked. */
  #compare(route: Route, text: string, params?: readonly unknown[], first?: pg.QueryResult): void {
    if (this.#comparing.size >= COMPARED_AT_ONCE || this.#isClosed) return;
    const {open, target, outbox} = this.#parts;
    const asked = {text, source: () => open(text, params), target: (needed: Tokens) => target.ask(text, params, needed), outbox};
    const comparing = (first ? Promise.resolve(first) : asked.source())
      .then((shown) => compareReads(asked, shown))
      .then((counted) => this.#count(route, counted))
      // The source gave an error: that says nothing of the target.
      .catch(() => this.#count(route, {unsettled: 1}))
      .finally(() => this.#comparing.delete(comparing));
    this.#comparing.add(comparing);
  }

  #count(route: Route, counted: Partial<ReadTally>): void {
    if (counted.failed) this.#breaker.failed();
    if (counted.equal) this.#breaker.succeeded();
    this.#parts.report.add(route, counted);
  }
}
