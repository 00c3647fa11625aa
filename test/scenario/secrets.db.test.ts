/**
 * Passwords stand in references only and come out nowhere (H-92): not in what any verb prints, nor in the journal, on
 * either database, in the log, in the errors of refused connections, or in the list of processes.
 */
import {randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const NAME = 'secrets';
const SIDES = ['source', 'target'] as const;

test('a password comes out nowhere, from the first command to the last (H-92)', {timeout: 300_000}, async () => {
  await using story = await openShopStory(NAME, 92);
  const canary = `canary${randomBytes(9).toString('hex')}`;
  const plan = await planWithCanary(story, canary);
  const said: string[] = [];
  const say = async (...words: readonly string[]): Promise<void> => {
    const {output, error} = await story.type(...words);
    said.push(output, error);
  };
  const processes = watchProcesses(canary);

  await Promise.all(['validate', 'doctor', 'plan'].map((verb) => say(verb, plan, '--debug')));
  await say('doctor', plan, '--json');
  const log = join(story.folder, 'debug.log');
  const look = async (): Promise<void> => {
    for (const words of [['status'], ['events', '--json'], ['metrics', '--json']]) await say(...words);
  };
  await thereAndBack(story, NAME, plan, look, ['--log-file', log, '--log-level', 'debug']);
  await story.expectNothingLost('target', 3);
  await breakUrls(story, canary, async (broken) => say('doctor', broken, '--debug'));

  // It is there, in the folder that is searched below, and each line can be placed.
  const lines = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter(({time, run, epoch, phase}) => [time, run, epoch, phase].includes(undefined))).toEqual([]);
  expect(said.join('').length).toBeGreaterThan(5000);
  expect(said.filter((text) => text.includes(canary))).toEqual([]);
  expect(await processes.found()).toEqual([]);
  expect(filesWith(story.folder, canary)).toEqual(SIDES.map((side) => join(story.folder, side)));
  for (const side of SIDES) {
    expect(await story[side].value(`SELECT count(*) FROM crossfade.journal WHERE body LIKE '%${canary}%'`)).toBe('0');
    expect(
      await story[side].value(`SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%${canary}%' AND pid <> pg_backend_pid()`),
    ).toBe('0');
  }
});

/** A superuser of the story's own on each side, whose password nobody has but two files. */
async function planWithCanary(story: ShopStory, canary: string): Promise<string> {
  for (const side of SIDES) {
    await story[side].run(`CREATE ROLE ${roleOf(canary)} LOGIN SUPERUSER PASSWORD '${canary}'`);
    writeUrl(story, side, canary, () => undefined);
  }
  return story.writePlan('secrets.yaml', {source: referenceTo(story, 'source'), target: referenceTo(story, 'target')});
}

const roleOf = (canary: string): string => `role_${canary.slice(-8)}`;
const referenceTo = (story: ShopStory, file: string) => ({engine: 'postgres', url: `file:${join(story.folder, file)}`});

function writeUrl(story: ShopStory, side: 'source' | 'target', canary: string, change: (url: URL) => void): void {
  const url = new URL(story[side].url);
  url.username = roleOf(canary);
  url.password = canary;
  change(url);
  writeFileSync(join(story.folder, side), url.href, {mode: 0o600});
}

/** Every way in which a connection is refused, with the password in the url each time. */
async function breakUrls(story: ShopStory, canary: string, say: (plan: string) => Promise<void>): Promise<void> {
  const faults: readonly ((url: URL) => void)[] = [
    (url) => (url.password = `${canary}wrong`),
    (url) => (url.port = '1'),
    (url) => (url.pathname = '/absent'),
    (url) => (url.hostname = 'host.invalid'),
    (url) => url.searchParams.set('password', canary),
    (url) => url.searchParams.set('sslmode', 'verify-full'),
    (url) => ((url.hostname = 'host.invalid'), url.searchParams.set('sslmode', 'disable')),
  ];
  const plan = story.writePlan('broken.yaml', {name: 'broken', source: referenceTo(story, 'source'), target: referenceTo(story, 'target')});
  for (const fault of faults) {
    writeUrl(story, 'source', canary, fault);
    await say(plan);
  }
  writeFileSync(join(story.folder, 'source'), `postgres://x:${canary}@[/no-url`, {mode: 0o600});
  await say(plan);
  await say(story.writePlan('literal.yaml', {source: {engine: 'postgres', url: `postgres://x:${canary}@h/db`}}));
}

/** Everything below a folder whose content has the text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(text))
    .filter((path) => !path.endsWith('literal.yaml'))
    .sort();
}

const POLL_MS = 100;

/** Command lines of all processes with the text in them, watched until it is asked. */
function watchProcesses(text: string): {found(): Promise<readonly string[]>} {
  const found = new Set<string>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const line = commandLine(id);
        if (line.includes(text)) found.add(line);
      }
      await sleep(POLL_MS);
    }
  })();
  return {
    async found() {
      over.abort();
      await watching;
      return [...found];
    },
  };
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
