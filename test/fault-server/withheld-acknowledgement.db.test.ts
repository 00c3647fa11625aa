/**
 * A synchronous standby withholds its acknowledgement: the commit stands in the log, and no snapshot shows it yet. What is
 * read in that gap is older than what the stream says, so whatever rests on both has to wait (R1, R6; hazards §1.3).
 */
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {StreamEvent} from '../../src/model/change.ts';
import type {Position} from '../../src/model/position.ts';
import type {Table} from '../../src/model/table.ts';
import {openSide, type TestSide} from '../support/databases.ts';
import {ownMigration} from '../support/own-migration.ts';
import {type OwnPostgresServer, ownPostgresServer} from '../support/servers.ts';
import {storyDatabase, type StoryDatabase} from '../support/story-database.ts';
import {until, untilTrue} from '../support/until.ts';
import {withhold} from '../support/withheld.ts';

const NEVER = new AbortController().signal;
let server: OwnPostgresServer;
let side: TestSide;
let tables: readonly Table[];
/** The one whose commit is withheld, two that are in the way of the slot, and one that looks. */
let late: StoryDatabase;
let first: StoryDatabase;
let second: StoryDatabase;
let looker: StoryDatabase;

beforeEach(async () => {
  server = await ownPostgresServer({version: 17});
  side = await openSide('source', await server.createDatabase(), ownMigration());
  await side.run('CREATE TABLE items (id int PRIMARY KEY, word text)');
  tables = [await side.table('items')];
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
  const open = () => storyDatabase(side.url);
  [late, first, second, looker] = await Promise.all([open(), open(), open(), open()]);
});
afterEach(async () => {
  for (const one of [late, first, second, looker]) await one.close();
  await side.close();
  await server.stop();
});

test('the stream begins when a commit that it leaves out can be read, however late that is (R1)', async () => {
  await first.run('SET synchronous_commit = local', 'BEGIN', `INSERT INTO items VALUES (10, 'first')`);
  let isMade = false;
  const made = side.database.source.createStream('forward', tables, NEVER).finally(() => (isMade = true));
  made.catch(() => undefined); // awaited below
  await untilWaitedFor(first);
  await second.run('SET synchronous_commit = local', 'BEGIN', `INSERT INTO items VALUES (20, 'second')`);
  await first.run('COMMIT');
  await untilWaitedFor(second);
  const {answered, acknowledge} = await commitWithheld(`INSERT INTO items VALUES (1, 'late')`);
  await second.run('COMMIT');
  // Without the barrier its record is the next thing, and that commit is withheld as well.
  const isTakenForMade = (): boolean => isMade || hasSent('INSERT INTO crossfade.stream');
  await untilTrue('the stream is taken for made, or it waits', () => isTakenForMade() || hasSent('pg_snapshot_xmin'));
  const inTime = isTakenForMade() ? await keys() : undefined;
  expect(await keys()).not.toContain('1');
  await acknowledge();
  const from = await made;
  const copied = inTime ?? (await keys());
  await answered;
  const streamed = await streamedFrom(from);
  expect(streamed).not.toContain('1'); // so the copy has to bring it
  expect(new Set(copied)).toEqual(new Set(['1', '10', '20']));
});

test('a row that is read again shows what the stream has delivered, however late that can be seen (R6)', async () => {
  await looker.run(`INSERT INTO items VALUES (1, 'old')`);
  const from = await side.database.source.createStream('forward', tables, NEVER);
  const {answered, acknowledge} = await commitWithheld(`UPDATE items SET word = 'new' WHERE id = 1`);
  const xid = await transactionOf(from);
  expect(await looker.value('SELECT word FROM items')).toBe('old');
  const read = side.database.source.readRows(tables[0] as Table, [['1']], new Set([xid]));
  read.catch(() => undefined); // awaited below
  await untilTrue('it has looked in vain', () => side.points.filter(({label}) => label.includes('pg_current_snapshot')).length > 2);
  await acknowledge();
  expect(await read).toMatchObject([{id: '1', word: 'new'}]);
  await answered;
});

test('what a standby holds up is told: how many commits of ours, which standby, and what answers them', async () => {
  const {activity, control} = side.database;
  const look = async () => (await activity?.look())?.withheld;
  expect(await look()).toBeUndefined();
  const {acknowledge} = await withhold(side.url);
  const ended = control.finish();
  ended.catch(() => undefined); // awaited below
  const told = await until('it is told', look);
  expect(told).toMatchObject({statements: 1, waitedMs: expect.any(Number), standbys: `synchronous_standby_names is 'nobody'`});
  await looker.run(...told.endedBy.split('; '));
  await ended;
  expect(await look()).toBeUndefined();
  await acknowledge();
});

const hasSent = (text: string): boolean => side.points.some(({label}) => label.includes(text));
const keys = async (): Promise<readonly (string | null)[]> => (await looker.rows('SELECT id::text FROM items')).map(([id]) => id ?? null);

/** The slot's maker waits for that transaction to end. */
async function untilWaitedFor(holder: StoryDatabase): Promise<void> {
  const pid = await holder.value('SELECT pg_backend_pid()');
  const waits = `SELECT (count(*) > 0)::text FROM pg_stat_activity WHERE ${pid} = ANY (pg_blocking_pids(pid))`;
  await untilTrue('the slot waits for the transaction', async () => (await looker.value(waits)) === 'true');
}

/** In the log, and seen by nobody: `answered` when it is acknowledged. */
async function commitWithheld(statement: string): Promise<{readonly answered: Promise<void>; acknowledge(): Promise<void>}> {
  const session = (await late.value('SELECT pg_backend_pid()')) ?? '';
  const {untilWithheld, acknowledge} = await withhold(side.url);
  const answered = late.run(statement);
  answered.catch(() => undefined); // awaited by the caller
  await untilWithheld(session);
  return {answered, acknowledge};
}

/** Keys that the stream delivers from there up to now. */
async function streamedFrom(from: Position): Promise<readonly string[]> {
  await side.database.source.mark('end');
  const events = await eventsUntil(from, ({type}) => type === 'mark');
  return events.flatMap((event) => (event.type === 'change' && 'key' in event.change ? [event.change.key[0] ?? ''] : []));
}

/** The first that changes a row: what finds out whether commits are withheld has transactions of its own before it. */
const transactionOf = async (from: Position): Promise<string> => {
  const isChange = ({type}: StreamEvent): boolean => type === 'change';
  const events = await eventsUntil(from, isChange);
  const begin = events.slice(0, events.findIndex(isChange)).findLast(({type}) => type === 'begin');
  return begin?.type === 'begin' ? begin.transaction : '';
};

async function eventsUntil(from: Position, isLast: (event: StreamEvent) => boolean): Promise<readonly StreamEvent[]> {
  const stop = new AbortController();
  const seen: StreamEvent[] = [];
  for await (const events of side.database.source.changes('forward', from, tables, stop.signal)) {
    seen.push(...events);
    if (seen.some(isLast)) stop.abort();
  }
  return seen;
}
