/** Starts the watchdog as a process of its own, so that it outlives the runner; its secrets go in on stdin. */
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import type {Effects} from '../model/effects.ts';
import {TransientError} from '../model/errors.ts';
import type {Watchdog} from './watchdog.ts';

/** It opens two connections; a server that takes longer than this is not one to begin a cutover on. */
const READY_MS_MAX = 15_000;

/** Resolves when the watchdog has said that both its connections stand; rejects when it could not open them. */
export const startWatchdogProcess = async (
  command: readonly [string, ...string[]],
  instructions: string,
  effects: Effects,
): Promise<Watchdog> => {
  await effects.point('process.spawn', 'watchdog');
  const child = spawn(command[0], command.slice(1), {detached: true, stdio: ['pipe', 'pipe', 'pipe']});
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}: ${errors.join('').trim()}`));
  });
  child.stdin.end(instructions);
  const ready = new Promise<'ready'>((resolve) => createInterface({input: child.stdout}).once('line', () => resolve('ready')));
  const over = new AbortController(); // a wait that nobody needs any more would keep the runner from leaving
  const late = effects.clock.sleep(READY_MS_MAX, over.signal).then(() => 'it did not answer in time');
  const answer = await Promise.race([ready, gone, late]).finally(() => over.abort());
  if (answer !== 'ready') {
    child.kill('SIGKILL');
    throw new TransientError(`the watchdog could not start: ${answer}`, {
      code: 'CF-CUT-001',
      next: 'nothing was held; the cutover can be tried again',
    });
  }
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as {unref(): void}).unref();
  child.unref();
  return {
    pid: child.pid ?? 0,
    gone,
    dismiss: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
};
