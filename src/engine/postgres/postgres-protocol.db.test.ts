/** What the rules of the copy and of the cutover rest on in a real server: each test is one of them, tried against it. */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {ownMigration} from '../../../test/support/own-migration.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {storyDatabase, type StoryDatabase} from '../../../test/support/story-database.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {StreamEvent} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {Table} from '../../model/table.ts';

const LONG_MS = 600_000;
const WHOLE = {after: undefined, to: undefined};
let side: TestSide;
let app: StoryDatabase;
let tables: readonly Table[];

beforeEach(async () => {
  side = await openSide('target', await (await postgresServer({version: 18})).createDatabase(), ownMigration());
  app = await storyDatabase(side.url);
  await side.run('CREATE TABLE items (id int PRIMARY KEY, word text)');
  tables = [await side.table('items')];
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
});
afterEach(async () => {
  await side.database.source.dropStream('reverse');
  await app.close();
  await side.close();
});

const raise = (attempt: number, {epoch = 1, budgetMs = LONG_MS} = {}) =>
  side.database.fence.raise({tables, attempt, epoch, budgetMs, marker: 'm'});
const insertA = {
  table: {schema: 'public', name: 'items'},
  steps: [{kind: 'rows', operations: [{form: 'insert', key: ['1'], row: {id: '1', word: 'a'}}]}],
} as const;
const nothing = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};

test('an attempt whose end came before its fence can raise none any more', async () => {
  expect(await side.database.fence.release(7)).toBe('released');
  await expect(raise(7)).rejects.toMatchObject({code: 'CF-CUT-001'});
  await app.run(`INSERT INTO items VALUES (1, 'open')`);
});

test('a runner that was replaced raises no fence', async () => {
  await side.database.control.raiseEpoch(2, 'another');
  await expect(raise(7, {epoch: 1})).rejects.toMatchObject({code: 'CF-LEASE-002'});
  expect(await side.database.fence.rows()).toEqual([]);
});

test('an attempt that was released is never decided, though a newer one is', async () => {
  await raise(7);
  await side.database.fence.release(7);
  await raise(8);
  expect(await side.database.fence.commit(7, 1)).toMatchObject({refused: expect.stringContaining('released')});
  expect(await side.database.fence.commit(8, 1)).toBe('committed');
  expect((await side.database.fence.rows()).map(({epoch, state}) => [epoch, state])).toEqual([
    [7, 'released'],
    [8, 'committed'],
  ]);
  await expect(app.run(`INSERT INTO items VALUES (1, 'closed')`)).rejects.toMatchObject({code: '25006'});
});

test('a decision waits for whoever holds the row, and sees what that one did to it', async () => {
  await raise(7);
  await app.run('BEGIN', `UPDATE crossfade.fence SET deadline = clock_timestamp() WHERE epoch = 7`);
  const decided = side.database.fence.commit(7, 1);
  await untilTrue(
    'the decision to wait for the row',
    async () =>
      (await side.value(`SELECT count(*)::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)) ===
      '1',
  );
  await app.run('COMMIT');
  expect(await decided).toMatchObject({refused: expect.stringContaining('to the deadline')});
});

test('of two that apply from one position one is refused, with its rows', async () => {
  await side.database.target.setProgress('forward', '0/10' as unknown as Position, 1);
  const [one, other] = [await side.database.target.applier('forward', 1, tables), await side.database.target.applier('forward', 1, tables)];
  await one.write([insertA]);
  await one.commit({position: '0/20' as unknown as Position, commitSeq: 0, ...nothing});
  await side.run('DELETE FROM items');
  await other.write([insertA]);
  await expect(other.commit({position: '0/20' as unknown as Position, commitSeq: 0, ...nothing})).rejects.toMatchObject({
    code: 'CF-LEASE-002',
  });
  expect(await side.value('SELECT count(*)::text FROM items')).toBe('0');
  await Promise.all([one.close(), other.close()]);
});

test('a NULL that is applied stays NULL, whatever the database says of arrays', async () => {
  await app.run(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET array_nulls = off', current_database()); END $$`);
  await side.database.target.setProgress('forward', '0/10' as unknown as Position, 1);
  const applier = await side.database.target.applier('forward', 1, tables);
  const operations = ['a', null].map((word, i) => ({form: 'insert', key: [String(i)], row: {id: String(i), word}}) as const);
  await applier.write([{...insertA, steps: [{kind: 'rows', operations}]}]);
  await applier.commit({position: '0/20' as unknown as Position, commitSeq: 0, ...nothing});
  await applier.close();
  expect(await side.rows('SELECT id::text, word FROM items ORDER BY id')).toEqual([
    ['0', 'a'],
    ['1', null],
  ]);
});

test('a chunk of a runner that was replaced is not stored, and its end is asked after its read', async () => {
  const [chunk] = await side.database.target.planChunks([{table: {schema: 'public', name: 'items'}, range: WHOLE}], 1);
  await side.run(`INSERT INTO items VALUES (1, 'a')`);
  const load = async (epoch: number) => {
    const copy = await side.database.source.copyOut(tables[0] as Table, WHOLE, 'text');
    await copy.stream.forEach(() => undefined);
    const again = await side.database.source.copyRows(tables[0] as Table, {after: ['5'], to: undefined});
    const input = side.database.target.bulkOf(tables[0] as Table, again.rows);
    const end = async () => side.database.source.mark('end');
    return side.database.target.loadChunk({
      table: tables[0] as Table,
      chunk: {...chunk, id: chunk?.id ?? 0, table: {schema: 'public', name: 'items'}, range: WHOLE, done: false},
      epoch,
      format: 'text',
      input,
      end,
    });
  };
  await expect(load(2)).rejects.toMatchObject({code: 'CF-LEASE-002'});
  await load(1);
  await expect(load(1)).rejects.toMatchObject({code: 'CF-LEASE-002'}); // done is done
});

test('the stream of a side tells our own writes from the first row on', async () => {
  await side.database.target.setProgress('forward', '0/10' as unknown as Position, 1);
  const from = await side.database.source.createStream('reverse', tables, new AbortController().signal);
  const applier = await side.database.target.applier('forward', 1, tables);
  await applier.write([insertA]);
  await applier.commit({position: '0/20' as unknown as Position, commitSeq: 0, ...nothing});
  await applier.close();
  await app.run(`INSERT INTO items VALUES (2, 'theirs')`);
  const stop = new AbortController();
  const seen: StreamEvent[] = [];
  for await (const events of side.database.source.changes('reverse', from, tables, stop.signal)) {
    seen.push(...events.filter(({type}) => type === 'change' || type === 'ours'));
    if (seen.some((event) => event.type === 'change' && 'key' in event.change && event.change.key[0] === '2')) stop.abort();
  }
  expect(seen.map((event) => (event.type === 'change' && 'key' in event.change ? event.change.key[0] : event.type))).toEqual([
    'ours',
    '1',
    '2',
  ]);
});

test('the stream begins when all before it can be seen', async () => {
  const waits: string[] = [];
  await side.database.source.createStream('reverse', tables, new AbortController().signal);
  for (const {kind, label} of side.points) if (kind === 'sql.send' && label.startsWith('stream setup')) waits.push(label);
  const slot = waits.findIndex((label) => /create_logical_rep/.test(label));
  const seen = waits.findIndex((label) => label.includes('pg_current_xact_id'));
  const recorded = waits.findIndex((label) => label.includes('INSERT INTO crossfade.stream'));
  expect([slot >= 0, seen > slot, recorded > seen]).toEqual([true, true, true]);
});

test('a transaction is unseen until every later read shows it (R11)', async () => {
  await app.run('BEGIN', `INSERT INTO items VALUES (1, 'a')`);
  const xid = (await app.value('SELECT pg_current_xact_id()::xid')) ?? '';
  const earlier = (await side.value('SELECT pg_current_xact_id()::xid::text')) ?? '';
  expect([...(await side.database.source.unseen(new Set([xid, earlier])))]).toEqual([xid]);
  await app.run('COMMIT');
  expect([...(await side.database.source.unseen(new Set([xid, earlier])))]).toEqual([]);
});

test('a clean-up asks for the lock of a table once, or again where it was busy', async () => {
  let busy: readonly string[] = [];
  /** Of each table that is asked for, the attempt. */
  const cleaned = async (): Promise<readonly (string | undefined)[]> => {
    const before = side.points.length;
    busy = (await side.database.fence.clean(tables)).map(({name}) => name);
    const drops = side.points.slice(before).filter(({kind, label}) => kind === 'sql.send' && label.includes('DROP TRIGGER'));
    return drops.map(({label}) => /fence_(\d+)"/.exec(label)?.[1]);
  };
  await raise(7);
  await side.database.fence.release(7);
  await app.run('BEGIN', 'SELECT FROM items');
  expect(await cleaned()).toEqual(['7', '7']);
  expect(busy).toEqual(['items']);
  await app.run('COMMIT');
  expect(await cleaned()).toEqual(['7', '7']);
  expect(busy).toEqual([]);
  await raise(8);
  await side.database.fence.release(8);
  expect(await cleaned()).toEqual(['8', '8']);
  expect(await side.value(`SELECT count(*)::text FROM pg_trigger WHERE tgname LIKE 'crossfade%fence%'`)).toBe('0');
});
