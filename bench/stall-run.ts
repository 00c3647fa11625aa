/** One migration that is moved forth and back again and again while its application writes. */
import {join} from 'node:path';
import {openStateStore} from '../src/journal/state-store.ts';
import type {Entry, Journal, JournalFact, JournalStore, Signal} from '../src/journal/journal.ts';
import {systemEffects} from '../src/runner/system-effects.ts';
import type {Window} from './stall-log.ts';
import type {Moved, Runner} from './stall-servers.ts';
import {type Attempt, attemptsOf} from './stall-steps.ts';

export type Series = {
  readonly attempts: readonly Attempt[];
  readonly controls: readonly Window[];
  readonly logFolder: string;
};

export type SeriesRequest = {
  readonly servers: Moved;
  /** Whose crossfade runs. */
  readonly checkout: string;
  /** Each there and back. */
  readonly cutovers: number;
  readonly clients: number;
  readonly rate: number;
  readonly say: (text: string) => void;
};

/** Of everyday writing, before and after each thing that is measured. */
const LEAD_MS = 700;
const LOOK_MS = 50;
/** Of one wait for the runner; nothing here takes that long. */
const WAIT_MS_MAX = 300_000;

export async function series({servers, checkout, cutovers, clients, rate, say}: SeriesRequest): Promise<Series> {
  const logFolder = join(servers.folder, 'logs');
  const state = join(servers.folder, 'state');
  const stopWriters = await servers.startWriters(logFolder, clients, rate);
  const runner = servers.startRunner(checkout, servers.writePlan(), state);
  const controls: Window[] = [];
  let stopped = false;
  const store = await openStateStore(state, systemEffects);
  try {
    const watch = new Watch(await journalOf(store, runner), runner);
    for (let n = 1; n <= cutovers; n++) {
      await watch.untilDone('cutover', 'cutover', isReady);
      await systemEffects.clock.sleep(LEAD_MS);
      if (servers.pauseAndResume) controls.push(await servers.pauseAndResume());
      await systemEffects.clock.sleep(LEAD_MS);
      await watch.untilDone('reverse-cutover', 'reverse', isServed);
      if (n % 10 === 0 || n === cutovers) say(`${n} times forth and back`);
    }
    await systemEffects.clock.sleep(LEAD_MS);
    await stopWriters();
    stopped = true;
    return {attempts: attemptsOf(await watch.entries()), controls, logFolder};
  } finally {
    if (!stopped) await stopWriters();
    await runner.stop();
    await store.close();
  }
}

/** The runner waits for `crossfade cutover`. */
const isReady = (fact: JournalFact): boolean => fact.type === 'gates-passed' && fact.phase === 'cutover';
const isServed = (fact: JournalFact): boolean => fact.type === 'phase-started' && fact.phase === 'reverse-window';

async function journalOf(store: JournalStore, runner: Runner): Promise<Journal> {
  for (;;) {
    const [found] = await store.migrations();
    if (found) return store.open(found.id);
    runner.requireAlive();
    await systemEffects.clock.sleep(LOOK_MS);
  }
}

class Watch {
  readonly #journal: Journal;
  readonly #runner: Runner;
  #seen = 0;

  constructor(journal: Journal, runner: Runner) {
    this.#journal = journal;
    this.#runner = runner;
  }

  entries(): Promise<readonly Entry[]> {
    return this.#journal.entries();
  }

  /** Asks for it as often as it is called off. */
  async untilDone(phase: string, signal: 'cutover' | 'reverse', isPossible: (fact: JournalFact) => boolean): Promise<void> {
    for (;;) {
      await this.#next(isPossible);
      await this.#ask({type: signal});
      const ended = await this.#next((fact) => fact.type === 'phase-ended' && fact.phase === phase);
      if (ended.type === 'phase-ended' && ended.outcome === 'done') return;
    }
  }

  async #ask(signal: Signal): Promise<void> {
    const actor = {kind: 'person', name: 'bench', authenticated: false} as const;
    await this.#journal.append({type: 'signal', signal, actor, reason: undefined});
  }

  async #next(isIt: (fact: JournalFact) => boolean): Promise<JournalFact> {
    const giveUpAtMs = performance.now() + WAIT_MS_MAX;
    for (;;) {
      for (const {seq, fact} of await this.#journal.entries(this.#seen)) {
        this.#seen = seq;
        if (isIt(fact)) return fact;
      }
      this.#runner.requireAlive();
      if (performance.now() > giveUpAtMs) throw new Error(`the runner came no further in ${WAIT_MS_MAX} ms`);
      await systemEffects.clock.sleep(LOOK_MS);
    }
  }
}
