/** Ends what the tests started: by process id, after a look that it still is the process we mean. */
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

const END_MS_MAX = 10_000;

/** A restart changes it, so it is read from the data folder each time. */
export function postmasterPid(dataFolder: string): number | undefined {
  const file = join(dataFolder, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && commandLine(pid).includes(dataFolder) ? pid : undefined;
}

/** Fast shutdown of a PostgreSQL server, and its folder is removed. */
export async function endServer(dataFolder: string): Promise<void> {
  const pid = postmasterPid(dataFolder);
  if (pid !== undefined) await endProcess(pid, dataFolder, 'SIGINT');
  rmSync(dirname(dataFolder), {recursive: true, force: true});
}

/** Whether there is any process of that id. */
export const isAlive = (pid: number): boolean => commandLine(pid) !== '';

export const isRunning = (pid: number, mark: string): boolean => commandLine(pid).includes(mark);

/** `mark` must stand in the process's command line: process ids are used again. */
export async function endProcess(pid: number, mark: string, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  const runs = (): boolean => isRunning(pid, mark);
  if (!runs()) return;
  process.kill(pid, signal);
  const giveUpAt = performance.now() + END_MS_MAX;
  while (runs()) {
    if (performance.now() > giveUpAt) return void process.kill(pid, 'SIGKILL');
    await sleep(20);
  }
}

/** After SIGSTOP has arrived. */
export const standsStill = (pid: number): boolean =>
  (spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], {encoding: 'utf8'}).stdout ?? '').startsWith('T');

/** Empty when there is no such process, also when it has ended and nobody has collected it yet. */
function commandLine(pid: number): string {
  if (existsSync('/proc/self/cmdline')) return existsSync(`/proc/${pid}/cmdline`) ? readCommandLine(pid) : '';
  const line = spawnSync('ps', ['-o', 'stat=,args=', '-p', String(pid)], {encoding: 'utf8'}).stdout ?? '';
  return line.trimStart().startsWith('Z') ? '' : line;
}

/** It can end between the look and the read. */
function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
