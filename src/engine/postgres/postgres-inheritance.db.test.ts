/**
 * A table that others inherit from (H-15). Their keys are their own, so a row of a child may have the key of a row of the
 * parent; and a child that is not moved is none of our business, with a key or without.
 */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {ownMigration} from '../../../test/support/own-migration.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {Position} from '../../model/position.ts';
import type {RowOperation} from '../../model/row-operation.ts';
import type {Table} from '../../model/table.ts';

let side: TestSide;
let parent: Table;

beforeAll(async () => {
  side = await openSide('source', await (await postgresServer({version: 17})).createDatabase(), ownMigration());
  await side.run(
    'CREATE TABLE parent (id int PRIMARY KEY, word text)',
    'CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)',
    'CREATE TABLE keyless () INHERITS (parent)',
    `INSERT INTO parent SELECT n, 'parent' FROM generate_series(1, 3) n`,
    `INSERT INTO child SELECT n, 'child' FROM generate_series(1, 5) n`,
    `INSERT INTO keyless SELECT n, 'keyless' FROM generate_series(1, 5) n`,
  );
  parent = await side.table('parent');
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
});
afterAll(async () => {
  await side.database.source.dropStream('forward');
  await side.close();
});

test('the application may still change rows of a child that is not moved, has no key, and would break if it were published (H-2, H-15)', async () => {
  await side.database.source.createStream('forward', [parent], new AbortController().signal);
  await side.run(`UPDATE keyless SET word = 'changed'`, 'DELETE FROM keyless WHERE id = 5');
  expect(await side.rows(`SELECT tablename FROM pg_publication_tables WHERE schemaname = 'public'`)).toEqual([['parent']]);
});

test('rows are read again by key from the parent alone, and what is applied to it leaves its children alone (H-15)', async () => {
  const rows = await side.database.source.readRows(parent, [['1'], ['2'], ['4']], new Set());
  expect(rows.toSorted((a, b) => Number(a['id']) - Number(b['id']))).toEqual([
    {id: '1', word: 'parent'},
    {id: '2', word: 'parent'},
  ]);
  const operations: readonly RowOperation[] = [
    {form: 'update', key: ['1'], row: {id: '1', word: 'new'}, exact: true},
    {form: 'delete', key: ['2'], exact: true},
  ];
  const more: readonly RowOperation[] = [
    {form: 'move', oldKey: ['3'], key: ['4'], row: {id: '4', word: 'moved'}},
    {form: 'delete', key: ['5'], exact: false},
  ];
  await side.database.target.setProgress('reverse', '0/10' as unknown as Position, 1);
  const applier = await side.database.target.applier('reverse', 1, [parent]);
  await applier.write([operations, more].map((step) => ({table: parent.name, steps: [{kind: 'rows', operations: step}]})));
  const nothing = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};
  await applier.commit({position: '0/20' as unknown as Position, commitSeq: 0, ...nothing});
  await applier.close();
  expect(await side.rows('SELECT id::text, word FROM ONLY parent ORDER BY id')).toEqual([
    ['1', 'new'],
    ['4', 'moved'],
  ]);
  expect(await side.value('SELECT count(*)::text FROM child')).toBe('5');
  expect(await side.value(`SELECT count(*)::text FROM child WHERE word = 'child'`)).toBe('5');
});
