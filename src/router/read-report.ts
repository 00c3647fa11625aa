/** Counts what becomes of reads and sends it to the open side, for the run to judge; a new route begins anew. */
import {addReads, NO_READS, type ReadTally} from '../model/read-tally.ts';
import {after} from './clock.ts';
import type {Report} from './dual-side.ts';
import {isSame, type Route} from './route-choice.ts';
import {errorText} from '../model/errors.ts';

const REPORT_MS = 300;

export type ReportCalls = {
  readonly router: string;
  readonly route: () => Route;
  readonly send: (report: Report) => Promise<unknown>;
};

export class ReadReport {
  /** Why the last report could not be sent; for `state()`. */
  problem: string | undefined;
  readonly #calls: ReportCalls;
  #of: Route;
  #tally = NO_READS;
  #sent = NO_READS;
  #cancel: (() => void) | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(calls: ReportCalls) {
    this.#calls = calls;
    this.#of = calls.route();
  }

  /** Under the route of now. */
  get tally(): ReadTally {
    const route = this.#calls.route();
    if (!isSame(route, this.#of)) [this.#of, this.#tally, this.#sent] = [route, NO_READS, NO_READS];
    return this.#tally;
  }

  /** What was begun under an earlier route is not counted: it may have been asked under other rules. */
  add(used: Route, more: Partial<ReadTally>): void {
    const tally = this.tally;
    if (!isSame(used, this.#of)) return;
    this.#tally = addReads(tally, {...NO_READS, ...more});
    this.#cancel ??= after(REPORT_MS, () => this.#send());
  }

  /** What was counted last may stay unsaid. */
  async close(): Promise<void> {
    this.#cancel?.();
    await this.#sending;
  }

  #send(): void {
    this.#cancel = undefined;
    const [tally, route] = [this.tally, this.#of];
    const {migration, version} = route;
    if (tally === this.#sent || migration === undefined) return;
    this.#sent = tally;
    const report = {migration, router: this.#calls.router, version, tally: JSON.stringify(tally)};
    this.#sending = this.#calls.send(report).then(
      () => void (this.problem = undefined),
      (error: unknown) => {
        this.#sent = NO_READS;
        // One that waited through a cutover came to the side that was opened by it, which does not ask for it.
        const isAsked = isSame(this.#calls.route(), route);
        this.problem = isAsked ? errorText(error) : undefined;
        if (isAsked) this.#cancel ??= after(REPORT_MS, () => this.#send());
      },
    );
  }
}
