/** The clients of a measurement, in a process of their own, so that what measures costs them nothing. */
import {spawn} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {WritersRequest} from './stall-writers.ts';

const WRITERS = fileURLToPath(new URL('stall-writers.ts', import.meta.url));

/** They write when this returns; the folder of the request is made, and gets one log a client. What it answers ends them. */
export async function startWriters(request: WritersRequest): Promise<() => Promise<void>> {
  mkdirSync(request.folder);
  const child = spawn(process.execPath, [WRITERS, JSON.stringify(request)], {stdio: ['pipe', 'pipe', 'inherit']});
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
