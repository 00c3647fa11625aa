/** What befalls a migration at a point. Each leaves it to the journey to come to the end. */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {isRunning, standsStill} from '../support/server-process.ts';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import type {Journey} from './journey.ts';
import type {Stretch} from './stretch.ts';
import {fileOf, type Trap} from './trap-effects.ts';
import {until} from './until.ts';
import type {KillableServer, Pair} from './world.ts';

export const ACCIDENTS = ['kill', 'zombie', 'watchdog', 'both', 'state-lost', 'source-kill', 'target-kill'] as const;
export type Accident = (typeof ACCIDENTS)[number];

/** Among those, a runner can meet with all and a watchdog only with its own death. */
export const fits = (accident: Accident, {where, isWatched}: Pick<Stretch, 'where' | 'isWatched'>): boolean =>
  accident === 'kill' || (!where.startsWith('watchdog') && (isWatched || (accident !== 'watchdog' && accident !== 'both')));

/** It needs servers that lose nothing, and that nobody else uses. */
export const killsServer = (blow: {readonly accident: Accident} | undefined): boolean =>
  blow?.accident === 'source-kill' || blow?.accident === 'target-kill';

/** What the process at the point does by itself. */
export const actOf = (accident: Accident): Trap['act'] =>
  accident === 'kill' || accident === 'state-lost' ? 'kill' : accident === 'zombie' ? 'stop' : 'wait';

/**
 * Called when the point was reached; `runner` is the one that came to it, or whose watchdog did. Answers how many died or
 * stood still: none where there was no watchdog to kill.
 */
export async function befall(accident: Accident, journey: Journey, runner: Crossfade, servers: Pair<KillableServer>): Promise<number> {
  const {folder} = journey;
  const go = (): void => writeFileSync(fileOf.go(folder), '');
  switch (accident) {
    case 'kill':
      return 1;
    case 'both':
      await runner.kill9();
      return 1 + killWatchdogs(folder);
    case 'watchdog': {
      const killed = killWatchdogs(folder);
      go();
      return killed;
    }
    case 'zombie':
      await zombie(journey, runner);
      return 1;
    case 'state-lost':
      await runner.ended;
      await journey.forget();
      rmSync(journey.state, {recursive: true});
      await journey.adopt();
      return 1;
    case 'source-kill':
    case 'target-kill': {
      const server = servers[accident === 'source-kill' ? 'source' : 'target'];
      await server.kill9();
      await server.restart();
      go();
      return 1;
    }
  }
}

/** Another runner takes over while this one stands still; then this one goes on as if nothing had been. */
async function zombie(journey: Journey, runner: Crossfade): Promise<void> {
  const epochs = async (): Promise<number> => (await journey.entries()).filter(({fact}) => fact.type === 'runner-started').length;
  const before = await epochs();
  const {pid} = runner;
  // It says that it has come to the point a moment before it stands, and what is sent in between would wake nobody.
  await until('the standstill', () => pid === undefined || standsStill(pid));
  const successor = await journey.start({traps: [], trace: false});
  // It may have to leave again, because the one that stands still holds the journal's file.
  await until('a successor', async () => !successor.isRunning || (await epochs()) > before);
  if (pid !== undefined) process.kill(pid, 'SIGCONT');
}

/** Answers how many there were. */
export function killWatchdogs(folder: string): number {
  const running = watchdogs(folder).filter((pid) => isRunning(pid, 'watchdog'));
  for (const pid of running) process.kill(pid, 'SIGKILL');
  return running.length;
}

const watchdogs = (folder: string): number[] =>
  existsSync(fileOf.watchdogs(folder)) ? readFileSync(fileOf.watchdogs(folder), 'utf8').trimEnd().split('\n').map(Number) : [];

const hasWatchdog = (folder: string): boolean => watchdogs(folder).some((pid) => isRunning(pid, 'watchdog'));

/** A watchdog that outlives a finished migration would never end. */
export const untilWatchdogsLeft = (folder: string): Promise<void> => until('the end of the watchdogs', () => !hasWatchdog(folder));
