/**
 * Who answers a read while an application is moved: the open side, or for a share of them the target; and which are
 * tried on both. The application never waits for the target beyond a limit, and gets no error of it.
 */
import {type ReadTally, timed} from '../model/read-tally.ts';
import {Breaker} from './breaker.ts';
import {isChosen, monotonicMs} from './clock.ts';
import type {Tokens} from './dual-side.ts';
import type {Outbox} from './outbox.ts';
import {compareReads, type Judge} from './read-comparison.ts';
import type {ReadReport} from './read-report.ts';
import type {Route} from './route-choice.ts';
import type {PerSide} from './routing.ts';
import type {TargetReads} from './target-reads.ts';

/** More are not compared: they would take connections from the application. */
const COMPARED_AT_ONCE = 2;

/** One read, said for both sides. `C`: an answer of either in the form in which it is compared. */
export type Question<S, T, A, B, C> = {
  /** For whoever is told of a difference. */
  readonly text: string;
  /** For the application. */
  readonly acts: PerSide<S, T, A, B>;
  /** For the comparison. */
  readonly compared: PerSide<S, T, C, C>;
  /** The application's answer, where it can be compared as it is. */
  readonly asCompared?: (answer: A | B) => C;
};

export type ReadParts<S, T, C> = {
  readonly route: () => Route;
  readonly open: <A, B>(acts: PerSide<S, T, A, B>) => Promise<A | B>;
  readonly target: TargetReads<T>;
  readonly outbox: Outbox;
  readonly report: ReadReport;
  readonly judge: Judge<C>;
};

export class Reads<S, T, C> {
  readonly #parts: ReadParts<S, T, C>;
  readonly #breaker = new Breaker();
  readonly #comparing = new Set<Promise<void>>();
  #isClosed = false;

  constructor(parts: ReadParts<S, T, C>) {
    this.#parts = parts;
  }

  /** The target is left alone after errors. */
  get isResting(): boolean {
    return this.#breaker.isOpen;
  }

  async read<A, B>(question: Question<S, T, A, B, C>, mine?: Tokens): Promise<A | B> {
    const route = this.#parts.route();
    const isShared = route.side === 'source' && route.shadowPercent !== undefined && this.#parts.outbox.prove() && !this.#breaker.isOpen;
    if (!isShared) return this.#parts.open(question.acts);
    if (this.#mayServe(route) && isChosen(route.readPercent)) return this.#fromTarget(route, question, mine);
    return this.#fromSource(route, question);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#comparing);
  }

  /** A difference that this router has proven is enough to ask the source alone, whatever the run says next. */
  #mayServe(route: Route): boolean {
    return route.readPercent > 0 && this.#parts.report.tally.differing === 0;
  }

  async #fromTarget<A, B>(route: Route, question: Question<S, T, A, B, C>, mine: Tokens | undefined): Promise<A | B> {
    const found = await this.#parts.target.ask(question.acts.target, this.#parts.outbox.needed(mine));
    if (found.kind === 'answered') {
      this.#breaker.succeeded();
      this.#parts.report.add(route, {served: 1, targetMs: timed(found.ms)});
      if (isChosen(route.shadowPercent ?? 0)) this.#compare(route, question);
      return found.answer;
    }
    const answer = await this.#parts.open(question.acts);
    this.#count(route, {[found.kind]: 1});
    return answer;
  }

  async #fromSource<A, B>(route: Route, question: Question<S, T, A, B, C>): Promise<A | B> {
    const began = monotonicMs();
    const answer = await this.#parts.open(question.acts);
    if (!isChosen(route.shadowPercent ?? 0)) return answer;
    this.#parts.report.add(route, {sourceMs: timed(monotonicMs() - began)});
    this.#compare(route, question, question.asCompared?.(answer));
    return answer;
  }

  /** Beside the application, which has its answer. `first`: what the source has just answered, where that can be compared. */
  #compare<A, B>(route: Route, {text, compared}: Question<S, T, A, B, C>, first?: C): void {
    if (this.#comparing.size >= COMPARED_AT_ONCE || this.#isClosed) return;
    const {open, target, outbox, judge} = this.#parts;
    const source = (): Promise<C> => open(compared);
    const asked = {text, source, target: (needed: Tokens) => target.ask(compared.target, needed), outbox, judge};
    const comparing = (first === undefined ? source() : Promise.resolve(first))
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
