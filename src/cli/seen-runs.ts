/**
 * The runs of a state for somebody who looks again and again: of each journal only what was appended since the last look
 * is read, and it is folded again only when something was.
 */
import type {JournalStore} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {Clock} from '../model/effects.ts';
import type {SeenRun} from '../server/metrics.ts';
import type {Run} from './run-choice.ts';
import {isRunnerAlive} from './runner-alive.ts';

export class SeenRuns {
  readonly #store: JournalStore;
  readonly #clock: Clock;
  readonly #known = new Map<string, Run>();

  constructor(store: JournalStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Every run on record, oldest first. */
  async all(): Promise<readonly Run[]> {
    const migrations = await this.#store.migrations();
    const runs: Run[] = [];
    for (const {id} of migrations) runs.push(...(await this.#lookAt(id)));
    return runs;
  }

  /** Runs that go on, and the newest one also when it is over. */
  async look(): Promise<readonly SeenRun[]> {
    const runs = await this.all();
    return Promise.all(runs.filter((run) => !run.state.isFinal || run === runs.at(-1)).map((run) => this.#seen(run)));
  }

  /** None of a run whose creation was interrupted: it has no entry yet. */
  async #lookAt(id: string): Promise<readonly Run[]> {
    const known = this.#known.get(id);
    const journal = await this.#store.open(id);
    const news = await journal.entries(known?.entries.length ?? 0);
    if (known && news.length === 0) return [known];
    // What does not go on from there is another journal of that name: it is read from its beginning.
    const entries =
      known && news[0]?.previous === known.state.head.hash ? [...known.entries, ...news] : known ? await journal.entries() : news;
    if (entries.length === 0) return [];
    const now = {id, journal, entries, state: runState(entries)};
    this.#known.set(id, now);
    return [now];
  }

  async #seen({id, state}: Run): Promise<SeenRun> {
    const report = await this.#store.report(id);
    return {id, state, report, alive: state.runner && isRunnerAlive(state.runner), now: this.#clock.now()};
  }
}
