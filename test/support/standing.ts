/** A runner that stands still at one point while something befalls a server, and whom clients reach after that. */
import {randomUUID} from 'node:crypto';
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {bothChecksums} from './letters.ts';
import {type OwnPostgresServer, ownPostgresServer} from './servers.ts';
import {isPhaseStarted, type Story} from './story.ts';
import {type StoryDatabase, storyDatabase} from './story-database.ts';
import {untilTrue} from './until.ts';

/** A server of the test's own; everything of it is stopped at the end. */
export async function ownServer(request: Parameters<typeof ownPostgresServer>[0]): Promise<OwnPostgresServer & AsyncDisposable> {
  const server = await ownPostgresServer(request);
  return {...server, [Symbol.asyncDispose]: () => server.stop()};
}

/** Runs the plan, or what `words` say, and returns when the runner stands before it writes that to the journal; `go` lets it go on. */
export async function standing(
  story: Story,
  label: string,
  words: readonly string[] = ['run', story.planFile],
): Promise<{readonly runner: Crossfade; go(): void}> {
  const file = join(story.folder, `stand-${randomUUID()}`);
  const runner = story.start(words, {kind: 'journal.write', label, act: 'wait', file});
  await untilTrue(`the runner stands at ${label}; see ${story.folder}`, () => existsSync(`${file}.reached`));
  return {runner, go: () => writeFileSync(`${file}.go`, '')};
}

export const ROUTE = `SELECT side || ', ' || state FROM crossfade.route`;
const write = 'UPDATE post.visits SET visits = visits + 1';

/** That side takes writes and the other one none, and both lead routers there. Of the letters; no standby is waited for. */
export async function expectServing(story: Story, side: 'source' | 'target'): Promise<void> {
  const client = async (url: string): Promise<StoryDatabase> => {
    const opened = await storyDatabase(url);
    await opened.run('SET synchronous_commit = local');
    return opened;
  };
  const sides = {source: await client(story.source.url), target: await client(story.target.url)};
  await sides[side].run(write);
  await expect(sides[side === 'source' ? 'target' : 'source'].run(write)).rejects.toThrow('are closed on this side');
  expect([await sides.source.value(ROUTE), await sides.target.value(ROUTE)]).toEqual([`${side}, open`, `${side}, open`]);
  await Promise.all([sides.source.close(), sides.target.close()]);
}

/** Nothing that a client wrote is missing on either side, and the run comes to its end. */
export async function expectComplete(story: Story, name: string, ended: Promise<number | null>): Promise<void> {
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await untilTrue('both sides are equal', async () => {
    const {source, target} = await bothChecksums(story);
    return JSON.stringify(source) === JSON.stringify(target);
  });
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', name, '--reason', 'the end')).code === 0);
  expect(await ended).toBe(0);
}
