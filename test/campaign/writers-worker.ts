/**
 * The application: clients that insert, update, move and delete rows until they are told to stop, and leave alone the rows
 * that are named to them. A thread of its own, so that what is measured does not wait for it.
 */
import {createHash} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {parentPort, workerData} from 'node:worker_threads';
import pg from 'pg';
import {tortureColumns} from '../support/torture-table.ts';
import {type Chance, chance as chanceOf} from '../../examples/demo/chance.ts';
import {ITEMS, STAMPS, STEP, TOKENS, TORTURE, type TableNamed, WRITERS_ABOVE, WRITERS_BELOW} from './tables.ts';

export type WritersData = {
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

/** Of all updates so many go to a few rows, which are hardly ever at rest: whoever takes what changes for what differs raises an alarm. */
const HOT_PERCENT = 40;
const HOT_ROWS = 5;
const COUNT_EVERY_MS = 100;

const {url, seed, clients, generation} = workerData as WritersData;
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
  const connection = new pg.Client(url);
  await connection.connect();
  const chance = chanceOf(seed * 1000 + own);
  const mine: number[] = [];
  let dueMs = performance.now();
  for (let n = 0; !isOver; n++) {
    if (rate > 0) await sleep(Math.max(0, dueMs - performance.now()));
    const statement = next({chance, mine, own, n});
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

type Turn = {readonly chance: Chance; readonly mine: number[]; readonly own: number; readonly n: number};

function next(turn: Turn): string | undefined {
  const {chance} = turn;
  const die = chance.below(100);
  if (die < 60) return updateItem(turn);
  if (die < 70) return updateStamp(turn);
  if (die < 80) return updateToken(turn);
  if (die < 84) return updateTorture(turn);
  return die < 92 || turn.mine.length < 20 ? insertItem(turn) : moveOrDelete(turn);
}

function isFree(table: TableNamed, ...key: readonly string[]): boolean {
  return !reserved.has(JSON.stringify([table, ...key]));
}

/** Six digits, as the rows were filled with, and none of those: two rows whose values are exchanged have to have two. */
function number(turn: Turn): string {
  return String((turn.own + 1) * 100_000 + (turn.n % 100_000));
}

function updateItem(turn: Turn): string | undefined {
  const {chance} = turn;
  const i = chance.below(100) < HOT_PERCENT ? chance.below(HOT_ROWS) + 1 : chance.below(ITEMS) + 1;
  const id = String(i * STEP);
  if (!isFree('camp.items', id)) return undefined;
  const sets = [
    `customer = customer + 1, label = 'label ${number(turn)}'`,
    `price = ${turn.n}.25, seen = seen + interval '1 second', flag = NOT flag`,
    `made = made + interval '1 minute', doc = doc || '{"n": ${turn.n}}', amount = ${turn.n}`,
    `raw = decode('${number(turn)}', 'hex'), tags = ARRAY['${number(turn)}', NULL], body = substr(body, 2) || 'x'`,
  ];
  return `UPDATE camp.items SET ${chance.pick(sets)} WHERE id = ${id}`;
}

function updateStamp(turn: Turn): string | undefined {
  const i = turn.chance.below(STAMPS) + 1;
  const letter = `L${String(i % 500).padStart(6, '0')}`;
  if (!isFree('camp.stamps', letter, String(i))) return undefined;
  return `UPDATE camp.stamps SET value = ${turn.n}.5, word = 'stamp ${number(turn)}' WHERE letter = '${letter}' AND place = ${i}`;
}

function updateToken(turn: Turn): string | undefined {
  const i = turn.chance.below(TOKENS) + 1;
  const hex = createHash('md5').update(`token ${i}`).digest('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return isFree('camp.tokens', id)
    ? `UPDATE camp.tokens SET made = made + interval '1 second', label = 'label ${number(turn)}' WHERE id = '${id}'`
    : undefined;
}

function updateTorture(turn: Turn): string | undefined {
  const id = String(turn.chance.below(TORTURE));
  const name = tortureColumns[0]?.name.replaceAll('"', '""');
  return isFree('camp.torture', id) ? `UPDATE camp.torture SET "${name}" = ${turn.n % 30_000} WHERE id = ${id}` : undefined;
}

function insertItem({mine, own, n, chance}: Turn): string {
  const id = (chance.below(2) ? WRITERS_ABOVE : WRITERS_BELOW - 500_000_000) + (generation * clients + own) * 20_000_000 + n * 2;
  mine.push(id);
  const values = `${id}, 1, 'label ${String(own).padStart(6, '0')}', '', 1, 1, 0, now(), now(), 'c', 'word', 'short', true, '', '{}', '{}'`;
  return `INSERT INTO camp.items VALUES (${values})`;
}

function moveOrDelete({mine, chance}: Turn): string {
  const at = chance.below(mine.length);
  const id = mine[at] ?? 0;
  // Once: the next place up is free, and the one after it is another row's.
  if (id % 2 === 0 && chance.below(3) === 0) {
    mine[at] = id + 1;
    return `UPDATE camp.items SET id = ${id + 1}, customer = 2 WHERE id = ${id}`;
  }
  mine.splice(at, 1);
  return `DELETE FROM camp.items WHERE id = ${id}`;
}
