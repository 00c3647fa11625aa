/** What `crossfade status` says of a wait, for people and for programs, until it says what a story expects. */
import {expect} from 'vitest';
import type {Entry, JournalFact} from '../../src/journal/journal.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from './effects.ts';
import type {Sides, Story} from './story.ts';
import {type StoryDatabase, storyDatabase} from './story-database.ts';
import {until, UNTIL_MS_MAX} from './until.ts';

export type Why = {
  /** With its number and unit. */
  readonly cause: RegExp;
  readonly owner: RegExp;
  readonly next: string | RegExp;
};

export type StatusDocument = {
  readonly cause: string;
  readonly owner: string;
  readonly next: readonly {readonly command: string; readonly why: string}[];
  readonly state: string;
  readonly phase: string;
  readonly runner: {readonly since: string} | null;
  readonly live: Readonly<Record<string, unknown>> | null;
};

export const statusOf = async (story: Story): Promise<StatusDocument | undefined> => {
  const {code, output} = await story.type('status', '--json');
  return code === 0 ? (JSON.parse(output) as StatusDocument) : undefined;
};

/** Both forms of the answer have all three; what was said instead is in the message when they never do. */
export async function expectWhy(story: Story, {cause, owner, next}: Why): Promise<StatusDocument> {
  let said = '';
  const document = await until(`a cause like ${cause}`, async () => {
    const status = await statusOf(story);
    said = status?.cause ?? said;
    return status && cause.test(status.cause) ? status : undefined;
  }).catch((error: unknown) => Promise.reject(new Error(`it said: ${said}; see ${story.log}`, {cause: error})));
  expect(document.owner).toMatch(owner);
  expect(document.next[0]?.command).toMatch(next);
  expect(document.next[0]?.why).not.toBe('');
  const {output} = await story.type('status');
  const [told = '', ...rest] = (output.split('\n')[0] ?? '').split(' | ');
  expect(told.replace(/^\S+ \w+: /, '')).toMatch(cause);
  const part = (name: string): string | undefined => rest.find((one) => one.startsWith(name))?.slice(name.length);
  expect(part('owner: ')).toMatch(owner);
  expect(part('next: ')).toMatch(next);
  return document;
}

/** The runner says its numbers now and then, so those of this moment may come a little later than the cause. */
export const expectLive = (story: Story, numbers: Readonly<Record<string, unknown>>): Promise<void> =>
  expect.poll(async () => (await statusOf(story))?.live, {timeout: UNTIL_MS_MAX, interval: 500}).toMatchObject(numbers);

/** The wait is over: `status` says something else. */
export const expectOver = (story: Story, {cause}: Pick<Why, 'cause'>): Promise<StatusDocument> =>
  until(`no longer ${cause}`, async () => {
    const status = await statusOf(story);
    return status && !cause.test(status.cause) ? status : undefined;
  });

/** Somebody else on a side, with a name that people know. An open transaction would hold up every other story on that server. */
export async function stranger(story: Partial<Sides<{readonly url: string}>>, side: 'source' | 'target'): Promise<Stranger> {
  const url = new URL(story[side]?.url ?? '');
  url.searchParams.set('application_name', 'a stranger');
  const client = await storyDatabase(url.href);
  return {
    ...client,
    process: Number(await client.value('SELECT pg_backend_pid()')),
    [Symbol.asyncDispose]: () => client.close().catch(() => undefined), // a story may have ended it
  };
}

export type Stranger = AsyncDisposable & StoryDatabase & {readonly process: number};

/** As another process of that time and place would have written it; `agoMs` before now. */
export async function record(story: Story, factAfter: (entries: readonly Entry[], at: Date) => JournalFact, agoMs = 0): Promise<void> {
  const {clock, ...effects} = realEffects();
  const earlier = {...clock, now: () => new Date(clock.now().getTime() - agoMs)};
  const store = await openStateStore(`${story.folder}/state`, {...effects, clock: earlier});
  try {
    const newest = (await store.migrations()).at(-1);
    if (!newest) throw new Error('no run is on record');
    const journal = await store.open(newest.id);
    await journal.append(factAfter(await journal.entries(), earlier.now()));
  } finally {
    await store.close();
  }
}

/** As if the runner had said its newest numbers so long ago. */
export async function ageReport(story: Story, agoMs: number): Promise<void> {
  const store = await openStateStore(`${story.folder}/state`, realEffects());
  try {
    const id = (await store.migrations()).at(-1)?.id ?? '';
    const report = await store.report(id);
    if (!report) throw new Error('no runner has said its numbers');
    await store.keepReport(id, {...report, at: new Date(Date.now() - agoMs).toISOString()});
  } finally {
    await store.close();
  }
}
