/** What stands in the way of a change in place, beforehand and when it is carried out. */
import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import {type AlteredSide, openAlteredSide, ORDERS} from '../../../test/support/altered-side.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {storyDatabase} from '../../../test/support/story-database.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {PlannedOperation} from '../../model/planned-operation.ts';

let side: AlteredSide;
beforeEach(async () => {
  side = await openAlteredSide();
});
afterEach(() => side[Symbol.asyncDispose]());

describe('what stands in the way', () => {
  it.each<[string, PlannedOperation, string]>([
    ['a column that is NOT NULL', {kind: 'set-not-null', table: ORDERS, column: 'cents'}, 'is NOT NULL already'],
    ['a column that is not there', {kind: 'set-not-null', table: ORDERS, column: 'sense'}, 'column "sense" of relation'],
    ['a constraint of that name', {kind: 'add-check', table: ORDERS, name: 'orders_pkey', check: 'true'}, 'is there already'],
    ['a check of two statements', {kind: 'add-check', table: ORDERS, name: 'x', check: 'true); select (true'}, 'multiple commands'],
    [
      'a reference to what is not unique',
      {kind: 'add-foreign-key', table: ORDERS, name: 'x', columns: ['id'], references: {table: ORDERS, columns: ['person']}},
      'no unique constraint matching',
    ],
    ['an index of that name', {kind: 'add-index', table: ORDERS, name: 'orders_pkey', on: ['note'], unique: false}, 'is there already'],
    [
      'an unknown column in an index',
      {kind: 'add-index', table: ORDERS, name: 'x', on: ['nota'], unique: false},
      'column "nota" does not exist',
    ],
    ['a column of the key', {kind: 'drop-column', table: ORDERS, column: 'id', goesWith: []}, 'belongs to the key'],
    ['a column that others would have to know', {kind: 'drop-column', table: ORDERS, column: 'cents', goesWith: []}, 'has no default'],
    [
      'statements that are alone',
      {kind: 'raw-sql', name: 'x', tables: [ORDERS], start: ['create index concurrently on orders (note)'], undo: ['x y'], complete: []},
      'cannot be part of a transaction',
    ],
  ])('%s', async (_name, planned, reason) => {
    expect((await side.findings(planned))[0]).toContain(reason);
  });

  it('an index may be on a column that an earlier operation adds', async () => {
    const index: PlannedOperation = {kind: 'add-index', table: ORDERS, name: 'x', on: ['channel'], unique: false};
    const column: PlannedOperation = {kind: 'add-column', table: ORDERS, column: 'channel', type: 'text', notNull: false};
    expect((await side.findings(index))[0]).toContain('column "channel" does not exist');
    expect(await side.findings(index, [column])).toEqual([]);
  });
});

describe('an index', () => {
  const index: PlannedOperation = {kind: 'add-index', table: ORDERS, name: 'orders_person', on: ['person'], unique: true};

  it('that was left half-way is built anew', async () => {
    await side.run('update orders set person = 1');
    await expect(side.run('create unique index concurrently orders_person on orders (person)')).rejects.toThrow(
      'could not create unique index',
    );
    expect(await side.shape()).toContain('INVALID');
    await side.run('update orders set person = id');
    await side.alter.start(side.act(index));
    expect(await side.shape()).not.toContain('INVALID');
    expect(await side.alter.validate(index)).toEqual({rows: '1', unfilled: '0'});
  });

  it('that cannot be unique leaves nothing behind, and says which rows', async () => {
    await side.run('update orders set person = 1');
    await expect(side.alter.start(side.act(index))).rejects.toMatchObject({
      code: 'CF-VERIFY-001',
      message: expect.stringContaining('could not create unique index'),
    });
    expect(await side.shape()).not.toMatch(/^index .*orders_person/m);
    expect(await side.alter.validate(index)).toEqual({rows: '0', unfilled: '1'});
  });

  it('that waits for others is given up when the run is stopped, and nobody is held up by it', async () => {
    const other = await storyDatabase(side.url);
    await other.run('begin', 'update orders set cents = 5 where id = 1');
    const stop = new AbortController();
    const started = side.alter.start(side.act(index, {signal: stop.signal}));
    started.catch(() => undefined);
    const waiting = `select count(*) from pg_stat_progress_create_index where phase like 'waiting for%'`;
    await untilTrue('the index waits', async () => (await side.value(waiting)) === '1');
    await side.run('update orders set cents = 6 where id = 2');
    stop.abort(new Error('stopped'));
    await expect(started).rejects.toThrow('stopped');
    await other.close();
    await side.alter.start(side.act(index));
    expect(await side.alter.validate(index)).toEqual({rows: '1', unfilled: '0'});
  });
});

describe('a column that goes', () => {
  const planned: PlannedOperation = {kind: 'drop-column', table: ORDERS, column: 'note', goesWith: ['orders_note']};

  it.each<[string, string, string, string]>([
    ['an index', 'create index i on orders (note)', 'index i', 'drop index i'],
    ['a view', 'create view v as select note from orders', 'rule _RETURN on view v', 'drop view v'],
    [
      'a check',
      'alter table orders add constraint c check (note <> id::text)',
      'constraint c on table orders',
      'alter table orders drop constraint c',
    ],
    [
      'a function, by its words',
      `create function f() returns bigint language sql as 'select count(note) from orders'`,
      'function f()',
      'drop function f()',
    ],
  ])('stays while %s uses it', async (_name, use, what, away) => {
    await side.alter.start(side.act(planned));
    await side.run('create index orders_note on orders (note)', use);
    await expect(side.alter.complete(side.act(planned))).rejects.toMatchObject({
      code: 'CF-DDL-003',
      message: `public.orders.note is still used by ${what}`,
    });
    expect(await side.shape()).toContain('column orders.note text');
    await side.run(away);
    expect(await side.alter.complete(side.act(planned))).toBe('completed');
    expect(await side.shape()).not.toContain('note');
  });
});

test('statements that name a column which goes are counted, without their values, and those of others are not', async () => {
  const settings = {shared_preload_libraries: 'pg_stat_statements'};
  await using watched = await openAlteredSide(await postgresServer({version: 17, settings}));
  const planned: PlannedOperation = {kind: 'drop-column', table: ORDERS, column: 'note', goesWith: []};
  await watched.run(
    'create extension pg_stat_statements',
    `select id from orders where note = 'secret'`,
    'select notes from (select 1 as notes) as orders',
  );
  await watched.alter.start(watched.act(planned));
  const sent = async () => (await watched.alter.users(planned)).statements.map(({text, calls}) => `${calls} ${text}`);
  expect(await sent()).toContain('1 select id from orders where note = $1');
  await watched.run(`select id from orders where note = 'again'`);
  const found = await sent();
  expect(found).toContain('2 select id from orders where note = $1');
  expect(found.join()).not.toMatch(/notes|secret|again/);
});
