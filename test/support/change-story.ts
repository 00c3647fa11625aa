/** A change in place as its operator lives through it: one database, one plan file, and the real command line. */
import {randomUUID} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'vitest';
import {stringify} from 'yaml';
import {type Answer, Crossfade} from '../../examples/demo/crossfade-process.ts';
import type {JournalFact} from '../../src/journal/journal.ts';
import {type At, type Interruption, INTERRUPTION} from './runner-effects.ts';
import {postgresServer, type PostgresServer} from './servers.ts';
import {EFFECTS, readFacts} from './story.ts';
import {type StoryDatabase, storyDatabase} from './story-database.ts';
import {until, untilTrue} from './until.ts';

export type ChangeStory = ChangeRuns & {readonly database: StoryDatabase};

/** The command line, over a database of either kind. */
export type ChangeRuns = AsyncDisposable & {
  readonly planFile: string;
  type(...words: readonly string[]): Promise<Answer>;
  start(words: readonly string[], interruption?: Interruption): Crossfade;
  /** A runner that is dead at that point; throws when it ends otherwise. */
  killAt(at: At, words?: readonly string[]): Promise<void>;
  facts(): Promise<readonly JournalFact[]>;
  untilFact(what: string, isIt: (fact: JournalFact) => boolean): Promise<JournalFact>;
};

/** On the shared server unless another is given. */
export async function openChangeStory(operations: readonly unknown[], server?: PostgresServer): Promise<ChangeStory> {
  const database = await storyDatabase(await (server ?? (await postgresServer())).createDatabase());
  const runs = openChangeRuns(operations, 'postgres', database.url);
  return {
    ...runs,
    database,
    async [Symbol.asyncDispose]() {
      await runs[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

export function openChangeRuns(operations: readonly unknown[], engine: string, url: string): ChangeRuns {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-change-'));
  const state = join(folder, 'state');
  const planFile = join(folder, 'plan.yaml');
  mkdirSync(state);
  writeFileSync(
    planFile,
    stringify({...PLAN, name: `change-${randomUUID().slice(0, 8)}`, database: {engine, url: 'env:STORY_DATABASE'}, operations}),
  );
  const crossfade = (more: Readonly<Record<string, string>> = {}) =>
    new Crossfade({state, evidence: folder, environment: {STORY_DATABASE: url, ...more}});
  const running = new Set<Crossfade>();
  const start: ChangeStory['start'] = (words, interruption) => {
    const runner = crossfade(interruption && {CROSSFADE_EFFECTS: EFFECTS, [INTERRUPTION]: JSON.stringify(interruption)});
    runner.start(...words);
    running.add(runner);
    return runner;
  };
  const facts = () => readFacts(state);
  return {
    planFile,
    start,
    facts,
    type: (...words) => crossfade().command(...words),
    async killAt(at, words = ['resume']) {
      const runner = start(words, {...at, act: 'kill'});
      await untilTrue(`the runner's death at ${at.label}; see ${folder}`, () => !runner.isRunning);
      expect(await runner.ended, `${runner.lastWords()}; see ${folder}`).toBeNull();
    },
    untilFact: (what, isIt) => until(`${what}; see ${folder}`, async () => (await facts()).findLast(isIt)),
    async [Symbol.asyncDispose]() {
      for (const runner of running) await runner.kill9();
      rmSync(folder, {recursive: true});
    },
  };
}

/** A runner that waits for the approval: everything is expanded and filled. */
export async function atContract(runs: ChangeRuns, words: readonly string[]): Promise<Crossfade> {
  const runner = runs.start(words);
  await untilTrue('the approval is asked for', async () => {
    if (!runner.isRunning) throw new Error(runner.lastWords());
    return (await runs.facts()).at(-1)?.type === 'gate-verdict';
  });
  return runner;
}

/** Its name is its own: a server of MySQL has one lease of a name, whichever database it is for. */
const PLAN = {
  workflow: 'expand-contract',
  backfill: {chunk: '16KiB'},
  approval: {quorum: 1, starterMay: true},
};
