/**
 * The application: clients that insert, update, move and delete rows until they are told to stop, and leave alone the rows
 * that are named to them. A thread of its own, so that what is measured does not wait for it.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {parentPort, workerData} from 'node:worker_threads';
import {chance as chanceOf} from '../../examples/demo/chance.ts';
import {dialects, type PairName} from './dialects.ts';
import type {TableNamed} from './tables.ts';
import {nextWrite} from './writes.ts';

export type WritersData = {
  readonly pair: PairName;
  readonly url: string;
  readonly seed: number;
  readonly clients: number;
  /** 0 or 1: those that come after others to the same tables have rows of their own. */
  readonly generation: number;
};
/** `rate`: writes a second of all together, 0 for as many as there can be. */
export type ToWriters =
  | {readonly type: 'rate'; readonly rate: number}
  | {readonly type: 'leave'; readonly rows: readonly string[]}
  | {readonly type: 'stop'};
export type FromWriters =
  | {readonly type: 'ready' | 'left' | 'stopped'}
  | {readonly type: 'count'; readonly writes: number}
  | {readonly type: 'failed'; readonly error: string};

const COUNT_EVERY_MS = 100;

const {pair, url, seed, clients, generation} = workerData as WritersData;
const port = parentPort;
if (!port) throw new Error('this is a thread of the campaign');
const tell = (message: FromWriters): void => port.postMessage(message);
let writes = 0;
let rate = 0;
let isOver = false;
let reserved: ReadonlySet<string> = new Set();
const underWay = new Set<Promise<unknown>>();

port.on('message', (message: ToWriters) => {
  if (message.type === 'rate') rate = message.rate;
  if (message.type === 'stop') isOver = true;
  if (message.type !== 'leave') return;
  reserved = new Set(message.rows);
  void Promise.allSettled([...underWay]).then(() => tell({type: 'left'}));
});
const counting = setInterval(() => tell({type: 'count', writes}), COUNT_EVERY_MS);
try {
  tell({type: 'ready'});
  await Promise.all(Array.from({length: clients}, (_, i) => client(i)));
  tell({type: 'stopped'});
} catch (error) {
  isOver = true;
  tell({type: 'failed', error: String(error)});
} finally {
  clearInterval(counting);
  port.close();
}

async function client(own: number): Promise<void> {
  const connection = await dialects[pair].connect(url);
  const chance = chanceOf(seed * 1000 + own);
  const mine: number[] = [];
  let dueMs = performance.now();
  for (let n = 0; !isOver; n++) {
    if (rate > 0) await sleep(Math.max(0, dueMs - performance.now()));
    const statement = nextWrite({dialect: dialects[pair], isFree, chance, mine, own, band: generation * clients + own, n});
    if (statement) {
      const asked = connection.query(statement);
      underWay.add(asked);
      await asked.finally(() => underWay.delete(asked));
      writes += 1;
    }
    // Whoever was held up does not make up for it for longer than a moment.
    dueMs = Math.max(dueMs + (rate > 0 ? (1000 * clients) / rate : 0), performance.now() - 200);
  }
  await connection.end();
}

function isFree(table: TableNamed, ...key: readonly string[]): boolean {
  return !reserved.has(JSON.stringify([table, ...key]));
}
