/**
 * A migration as its operator lives through it: two databases on real servers, a plan file in a folder of its own, and
 * the real command line as processes that are started, killed and resumed. What happened is read from the journal.
 */
import {randomUUID} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'vitest';
import {stringify} from 'yaml';
import {type Answer, Crossfade} from '../../examples/demo/crossfade-process.ts';
import type {JournalFact} from '../../src/journal/journal.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from './effects.ts';
import {type At, type Interruption, INTERRUPTION} from './runner-effects.ts';
import {postgresServer} from './servers.ts';
import {closeForGood, type StoryDatabase, storyDatabase} from './story-database.ts';
import {DEAR_POLL_MS, until, untilTrue} from './until.ts';

export type StoryOptions = {
  readonly name: string;
  /** Paths of the two SQL files; the plan says otherwise where there are none. */
  readonly schema?: {readonly preData: string; readonly postData: string};
  readonly tables: readonly string[];
  /** Sections of the plan that differ from the story's own. */
  readonly plan?: Readonly<Record<string, unknown>>;
  /** Servers' addresses; the shared 17 and 18 when absent. A new database is made on each. */
  readonly on?: Partial<Sides<{createDatabase(): Promise<string>}>>;
};

export type Sides<T> = {readonly source: T; readonly target: T};

export type Story = AsyncDisposable &
  Sides<StoryDatabase> & {
    /** After its server was restarted, which ends every connection. */
    reopen(side: 'source' | 'target'): Promise<StoryDatabase>;
    readonly folder: string;
    readonly planFile: string;
    /** Runs one command to its end. `--state` and the addresses are given. */
    type(...words: readonly string[]): Promise<Answer>;
    /** The same from another state folder, as a colleague would who does not know of the first. */
    typeElsewhere(...words: readonly string[]): Promise<Answer>;
    /** A runner in the background; `interruption` befalls it at a point of the effects seam. */
    start(words: readonly string[], interruption?: Interruption): Crossfade;
    /** `run` until SIGKILL at that point; throws when the runner ends otherwise. */
    killAt(at: At, words?: readonly string[]): Promise<void>;
    /** SIGKILL, whatever it is doing. */
    killRunner(): Promise<void>;
    /** Everything on record, of the newest migration in the story's state. */
    facts(): Promise<readonly JournalFact[]>;
    /** The newest one, when there are as many. */
    untilFact(what: string, isIt: (fact: JournalFact) => boolean, times?: number): Promise<JournalFact>;
    /** A reference by which a plan may name an address with its password. */
    secret(value: string): string;
    /** Another plan file beside the first, with other sections. */
    writePlan(file: string, sections: Readonly<Record<string, unknown>>): string;
    /** The output of all runners so far. */
    readonly log: string;
  };

const LAST_FACTS = 8;
const LAST_CHARACTERS = 3_000;

export const EFFECTS = new URL('runner-effects.ts', import.meta.url).href;

export async function openStory(options: StoryOptions): Promise<Story> {
  const servers = {
    source: options.on?.source ?? (await postgresServer({version: 17})),
    target: options.on?.target ?? (await postgresServer({version: 18})),
  };
  const sides = {
    source: await storyDatabase(await servers.source.createDatabase()),
    target: await storyDatabase(await servers.target.createDatabase()),
  };
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-story-'));
  mkdirSync(join(folder, 'state'));
  const writePlan = (file: string, sections: Readonly<Record<string, unknown>>): string => {
    writeFileSync(join(folder, file), stringify({...planOf(options), ...options.plan, ...sections}));
    return join(folder, file);
  };
  const environment = {STORY_SOURCE: sides.source.url, STORY_TARGET: sides.target.url};
  const crossfade = (more: Readonly<Record<string, string>> = {}, state = 'state') =>
    new Crossfade({state: join(folder, state), evidence: folder, environment: {...environment, ...more}});
  const planFile = writePlan('plan.yaml', {});
  const running = new Set<Crossfade>();
  const start: Story['start'] = (words, interruption) => {
    const runner = crossfade(interruption && {CROSSFADE_EFFECTS: EFFECTS, [INTERRUPTION]: JSON.stringify(interruption)});
    runner.start(...words);
    running.add(runner);
    return runner;
  };
  const facts = () => readFacts(join(folder, 'state'));
  /** For whoever cannot look into the folder. */
  const lastWords = async (): Promise<string> =>
    [
      ...(await facts()).slice(-LAST_FACTS).map((fact) => JSON.stringify(fact)),
      readFileSync(join(folder, 'runner.log'), 'utf8').slice(-LAST_CHARACTERS),
    ].join('\n');
  return {
    get source() {
      return sides.source;
    },
    get target() {
      return sides.target;
    },
    reopen: async (side) => (sides[side] = await storyDatabase(sides[side].url)),
    folder,
    planFile,
    writePlan,
    secret(value) {
      const file = join(folder, `secret-${randomUUID()}`);
      writeFileSync(file, value);
      return `file:${file}`;
    },
    start,
    facts,
    log: join(folder, 'runner.log'),
    type: (...words) => crossfade().command(...words),
    typeElsewhere: (...words) => crossfade({}, 'elsewhere').command(...words),
    async killAt(at, words = ['resume']) {
      const runner = start(words, {...at, act: 'kill'});
      await untilTrue(`the runner's death at ${at.label}; see ${folder}`, () => !runner.isRunning);
      expect(await runner.ended, `the runner ended before it came to ${at.label}: ${runner.lastWords()}`).toBeNull();
    },
    async killRunner() {
      for (const runner of running) await runner.kill9();
    },
    untilFact: (what, isIt, times = 1) =>
      until(
        `${what}; see ${folder}`,
        async () =>
          (await facts())
            .filter(isIt)
            .slice(times - 1)
            .at(-1),
        DEAR_POLL_MS,
      ).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${await lastWords()}`, {cause: error});
      }),
    async [Symbol.asyncDispose]() {
      for (const runner of running) await runner.kill9();
      await Promise.all([closeForGood(sides.source), closeForGood(sides.target)]);
      if (!process.env['KEEP']) rmSync(folder, {recursive: true});
    },
  };
}

/** Goes all the way by itself, so that a story only says what differs. */
const planOf = ({name, schema, tables}: StoryOptions) => ({
  name,
  workflow: 'live-migration',
  source: {engine: 'postgres', url: 'env:STORY_SOURCE'},
  target: {engine: 'postgres', url: 'env:STORY_TARGET'},
  schema: {kind: 'files', ...schema},
  scope: {tables},
  gates: {cutover: ['replication-lag', 'checksum-match']},
  switch: ['router'],
  cutover: {start: 'auto', stallBudget: '8s'},
  reverse: {window: '0s'},
  approval: {quorum: 1, starterMay: true},
});

/** Of the newest migration in that state. */
export async function readFacts(state: string): Promise<readonly JournalFact[]> {
  const store = await openStateStore(state, realEffects());
  try {
    const newest = (await store.migrations()).at(-1);
    return newest ? (await (await store.open(newest.id)).entries()).map(({fact}) => fact) : [];
  } finally {
    await store.close();
  }
}

/** One error, with its code, what to do next, and the exit code that scripts see. */
export function expectRefused(answer: Answer, code: string, exit: number, says = ''): void {
  const told = `${answer.output}${answer.error}`;
  expect(told).toContain(code);
  expect(told).toContain(says);
  expect(answer.code, told).toBe(exit);
  expect(JSON.parse(answer.output)).toMatchObject({error: {code, message: expect.any(String), next: expect.any(String)}});
}

/** Facts that stories wait for. */
export const isPhaseStarted = (phase: string) => (fact: JournalFact) => fact.type === 'phase-started' && fact.phase === phase;
export const isPhaseEnded = (phase: string, outcome?: string) => (fact: JournalFact) =>
  fact.type === 'phase-ended' && fact.phase === phase && (outcome === undefined || fact.outcome === outcome);
