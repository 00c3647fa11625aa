/**
 * One migration under live writes from its first runner to its end, whatever becomes of its runners: the operator asks
 * for the way back and for the end as soon as they may be asked for, and starts a new runner when there is none.
 */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {stringify} from 'yaml';
import {type Answer, Crossfade} from '../../examples/demo/crossfade-process.ts';
import type {Entry, Journal, JournalStore, Signal} from '../../src/journal/journal.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {systemEffects} from '../../src/runner/system-effects.ts';
import {until} from './until.ts';
import {SWEEP, type SweepSetting, TRAP_EFFECTS} from './trap-effects.ts';
import type {Pair, RunDatabases} from './world.ts';

/** `short`: there and the end. `whole`: there, back, there again, and the end. */
export type Road = 'short' | 'whole';
export const switchesOf = (road: Road): number => (road === 'short' ? 1 : 3);

/** A runner may give up, because a server was gone; one that gives up again and again is a fault. */
const RUNNERS_MAX = 8;
const ACTOR = {kind: 'person', name: 'sweep', authenticated: false} as const;

/** Ways to the databases and to the state that something may happen to; straight ones where absent. */
export type Ways = {
  readonly databases?: Pair<string>;
  readonly state?: {readonly own: string; readonly runners: string};
  /** The application's way, where it is not through the router: parts of the plan, and the addresses that they refer to. */
  readonly application?: {readonly plan: Readonly<Record<string, unknown>>; readonly environment: Readonly<Record<string, string>>};
};

export class Journey {
  readonly folder: string;
  readonly #road: Road;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #planFile: string;
  /** Where its runners find the state; otherwise than we do when something is in their way. */
  readonly #runnersState: string;
  readonly state: string;
  #store: JournalStore | undefined;
  #journal: Journal | undefined;
  #entries: Entry[] = [];
  #asked = 0;
  #runner: Crossfade | undefined;
  /** Runners that ended by themselves before the migration did. */
  #gaveUp = 0;
  readonly #all: Crossfade[] = [];

  constructor(
    folder: string,
    name: string,
    databases: RunDatabases,
    road: Road,
    {databases: runners = databases, state, application}: Ways = {},
  ) {
    this.folder = folder;
    this.state = state?.own ?? join(folder, 'state');
    this.#runnersState = state?.runners ?? this.state;
    this.#environment = {SWEEP_SOURCE: runners.source, SWEEP_TARGET: runners.target, ...application?.environment};
    this.#road = road;
    if (!state) mkdirSync(this.state, {recursive: true});
    this.#planFile = join(folder, 'plan.yaml');
    writeFileSync(this.#planFile, stringify({...planOf(name), ...databases.plan, ...application?.plan}));
  }

  /** `run` or, once there is a migration on record, `resume`. */
  async start(setting: Omit<SweepSetting, 'folder'>): Promise<Crossfade> {
    const isKnown = (await this.entries()).length > 0;
    const runner = this.#crossfade({CROSSFADE_EFFECTS: TRAP_EFFECTS, [SWEEP]: JSON.stringify({folder: this.folder, ...setting})});
    runner.start(...(isKnown ? ['resume'] : ['run', this.#planFile]));
    this.#all.push(runner);
    return (this.#runner = runner);
  }

  /** One command to its end, with the runners' addresses. */
  command(...words: readonly string[]): Promise<Answer> {
    return this.#crossfade().command(...words);
  }

  /** Back to what the databases know; a migration that they do not know yet has not begun. */
  async adopt(): Promise<void> {
    await this.forget();
    const {code, output, error} = await this.#crossfade().command('adopt', this.#planFile, '--reason', 'the sweep', '--yes');
    if (code !== 0 && !/neither database knows/.test(output + error)) throw new Error(`adopt ended with ${code}: ${output}${error}`);
  }

  /** One look: asks for what may be asked for, replaces a runner that is gone. True at the end. */
  async step(): Promise<boolean> {
    const entries = await this.entries();
    if (entries.some(({fact}) => fact.type === 'phase-ended' && fact.phase === 'decommission' && fact.outcome === 'done')) return true;
    await this.#ask(entries);
    // One that was taken for dead may be the one at work; beside it a new one would only be refused.
    if (this.#all.some((runner) => runner.isRunning)) return false;
    if (this.#runner && ((await this.#runner.ended) ?? 0) !== 0 && ++this.#gaveUp > RUNNERS_MAX)
      throw new Error(`${RUNNERS_MAX} runners gave up: ${this.#runner.lastWords()}`);
    await this.start({traps: [], trace: false});
    return false;
  }

  /** Until the migration is complete and every runner has left, one that was taken for dead as well. */
  async finish(): Promise<void> {
    await until('the end of the migration', () => this.step());
    const isOver = (): boolean => this.#all.every((runner) => !runner.isRunning);
    await until('the end of the runners', isOver).catch(async (error: unknown) => {
      for (const {pid} of this.#all.filter((runner) => runner.isRunning)) if (pid !== undefined) process.kill(pid, 'SIGUSR2');
      await until('their reports', () => readdirSync(this.folder).some((file) => file.startsWith('report.')));
      throw error;
    });
  }

  async entries(): Promise<readonly Entry[]> {
    this.#store ??= await openStateStore(this.state, systemEffects);
    const newest = this.#journal ? undefined : (await this.#store.migrations()).at(-1);
    if (newest) this.#journal = await this.#store.open(newest.id);
    if (this.#journal) this.#entries.push(...(await this.#journal.entries(this.#entries.length)));
    return this.#entries;
  }

  /** SIGKILL to whatever still runs. */
  async end(): Promise<void> {
    for (const runner of this.#all) await runner.kill9();
    await this.forget();
  }

  async forget(): Promise<void> {
    await this.#store?.close();
    this.#store = this.#journal = undefined;
    this.#entries = [];
    this.#asked = 0;
  }

  get log(): string {
    return readFileSync(join(this.folder, 'runner.log'), 'utf8');
  }

  /** Each time the window opens, and each time a new runner stands in it: what was asked of a dead one may be lost. */
  async #ask(entries: readonly Entry[]): Promise<void> {
    const last = entries.findLast(({fact}) => fact.type === 'phase-started');
    if (last?.fact.type !== 'phase-started' || last.fact.phase !== 'reverse-window' || last.seq <= this.#asked) return;
    const wasBack = entries.some(({fact}) => fact.type === 'phase-ended' && fact.phase === 'reverse-cutover' && fact.outcome === 'done');
    const signal: Signal = {type: this.#road === 'short' || wasBack ? 'complete' : 'reverse'};
    this.#asked = last.seq;
    await this.#journal?.append({type: 'signal', signal, actor: ACTOR, reason: 'the sweep'});
  }

  #crossfade(more: Readonly<Record<string, string>> = {}): Crossfade {
    // One that does not end says what it still holds.
    const NODE_OPTIONS = `--report-on-signal --report-directory=${this.folder}`;
    const environment = {NODE_OPTIONS, ...this.#environment, ...more};
    return new Crossfade({state: this.#runnersState, evidence: this.folder, environment});
  }
}

const planOf = (name: string) => ({
  name,
  workflow: 'live-migration',
  source: {engine: 'postgres', url: 'env:SWEEP_SOURCE'},
  target: {engine: 'postgres', url: 'env:SWEEP_TARGET'},
  gates: {cutover: ['replication-lag', 'checksum-match']},
  switch: ['router'],
  cutover: {start: 'auto', stallBudget: '8s'},
  reverse: {window: '0s'},
  approval: {quorum: 1, starterMay: true},
});
