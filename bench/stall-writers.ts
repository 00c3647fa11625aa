/**
 * An application of many clients behind a pooler, or of two sides, in a process of its own: each has one connection, writes one row at a
 * time at a steady pace until its stdin ends, as it does with whoever started it, and keeps an append-only log of what it
 * asked and what it was told. Started by `stall-servers.ts`; read by `stall-log.ts`. The one argument is JSON.
 */
import {closeSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {connectFollowing, type WriterClient} from './writer-client.ts';

export type WritersRequest = {
  /** One, or the two sides where nothing before them leads to the open one. */
  readonly urls: readonly string[];
  readonly clients: number;
  /** Of all together, per second; 0: as many as there can be. */
  readonly rate: number;
  readonly folder: string;
  /** Rows of each client, which nobody else changes. */
  readonly slots: number;
};

/** One write in so many is a new row, with a number of a sequence. */
const ENTRY_EVERY = 8;
/** Of a client that lost its connection. */
const AGAIN_MS = 5;

const request = JSON.parse(process.argv[2] ?? '{}') as WritersRequest;
let isOver = false;
process.stdin.once('end', () => (isOver = true)).resume();
process.stdout.write('ready\n');
await Promise.all(Array.from({length: request.clients}, (_, client) => work(client)));

async function work(client: number): Promise<void> {
  const log = openSync(join(request.folder, `client-${client}.log`), 'a');
  const paceMs = request.rate ? (1000 * request.clients) / request.rate : 0;
  let connection = await connect();
  if (!connection) return;
  let dueMs = performance.now() + Math.random() * paceMs;
  for (let seq = 1; !isOver; seq++) {
    if (paceMs) await sleep(Math.max(0, dueMs - performance.now()));
    const slot = seq % ENTRY_EVERY === 0 ? undefined : seq % request.slots;
    const startMs = performance.timeOrigin + performance.now();
    const told = await (slot === undefined ? connection.addEntry(client, seq) : connection.changeSlot(client, slot, seq));
    const ms = performance.timeOrigin + performance.now() - startMs;
    writeSync(log, `${[seq, slot ?? 'entry', startMs.toFixed(2), ms.toFixed(2), told.outcome, told.server, told.error].join('\t')}\n`);
    if (told.outcome === 'unknown') {
      await connection.end().catch(() => undefined); // it is gone already
      const again = await connect();
      if (!again) break;
      connection = again;
    }
    // A client that was held up does not make up for it: an application's user waits too.
    dueMs = Math.max(dueMs + paceMs, performance.now());
  }
  await connection.end();
  closeSync(log);
}

/** Undefined when it is over before there was one. */
async function connect(): Promise<WriterClient | undefined> {
  while (!isOver) {
    const connection = await connectFollowing(request.urls).catch(() => undefined);
    if (connection) return connection;
    await sleep(AGAIN_MS);
  }
  return undefined;
}
