/**
 * What the test processes of one run share: a folder with the addresses of started servers, what must be cleaned up at
 * the end, and what could not be had. Made by `global-setup.ts`, read by the reporter.
 */
import {appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Composed} from './compose.ts';

const VARIABLE = 'TEST_SERVERS_FOLDER';
const PREFIX = 'crossfade-test-';
/** Longer than the slowest start, a container's. */
const START_MS_MAX = 120_000;
const POLL_MS = 20;

export type CleanUp =
  | {readonly kind: 'server'; readonly dataFolder: string}
  | {readonly kind: 'process'; readonly pid: number; readonly folder: string}
  | {readonly kind: 'container'; readonly id: string}
  | ({readonly kind: 'compose'} & Composed)
  | {readonly kind: 'database'; readonly server: string; readonly name: string};

/** A server no member could provide, and what a person can do about it. */
export type Miss = {readonly server: string; readonly command: string; readonly reasons: readonly string[]};

/** No member could provide the server; the message names each member and its reason. */
export class ServerMissing extends Error {
  override readonly name = 'ServerMissing';
}

export const hasFolder = (): boolean => process.env[VARIABLE] !== undefined;

export function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(made, 'owner'), String(process.pid));
  process.env[VARIABLE] = made;
  return made;
}

/** Folders of runs that were killed before they could clean up. `isAlive` decides over the process that made one. */
export function abandonedFolders(isAlive: (pid: number) => boolean): string[] {
  const made = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  return made
    .map((name) => join(tmpdir(), name))
    .filter((path) => existsSync(join(path, 'owner')) && !isAlive(Number(readFileSync(join(path, 'owner'), 'utf8'))));
}

/** The first caller starts the thing, in whatever process; all others get what it answered, or its failure. */
export async function shared<T>(key: string, start: () => Promise<T>): Promise<T> {
  const file = join(folder(), `${key}.json`);
  if (takes(`${file}.lock`)) writeOutcome(file, await outcome(start));
  const giveUpAt = performance.now() + START_MS_MAX;
  while (!existsSync(file)) {
    if (performance.now() > giveUpAt) throw new Error(`${key} was not started within ${START_MS_MAX} ms by the process that began to`);
    await sleep(POLL_MS);
  }
  const found = JSON.parse(readFileSync(file, 'utf8')) as Outcome<T>;
  if ('value' in found) return found.value;
  throw found.missing ? new ServerMissing(found.error) : new Error(found.error);
}

type Outcome<T> = {readonly value: T} | {readonly error: string; readonly missing: boolean};

export const addCleanUp = (item: CleanUp): void => addLine('clean-up', item);
export const addMiss = (miss: Miss): void => addLine('misses', miss);
export const cleanUps = (from: string): CleanUp[] => lines(from, 'clean-up');
export const misses = (): Miss[] => lines(folder(), 'misses');

async function outcome<T>(start: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return {value: await start()};
  } catch (error) {
    return {error: error instanceof Error ? error.message : String(error), missing: error instanceof ServerMissing};
  }
}

/** The rename makes the file appear whole. */
function writeOutcome(file: string, content: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(content));
  renameSync(`${file}.new`, file);
}

function takes(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function folder(): string {
  const found = process.env[VARIABLE];
  if (found === undefined) throw new Error('servers are shared within a vitest run: vitest.config.ts names the global setup');
  return found;
}

const addLine = (name: string, item: unknown): void => appendFileSync(join(folder(), `${name}.jsonl`), `${JSON.stringify(item)}\n`);

function lines<T>(from: string, name: string): T[] {
  const file = join(from, `${name}.jsonl`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}
