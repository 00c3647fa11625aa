import {expect, test} from 'vitest';
import type {Row} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {findTexts} from './find-texts.ts';

const table = (name: string, ...columns: readonly [name: string, type: string, generated?: boolean][]): Table => ({
  name: {schema: 'shop', name},
  columns: columns.map(([column, type, generated = false]) => ({
    ...{name: column, type, generated},
    ...{notNull: false, identity: undefined, portableBinary: false},
  })),
  key: [],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
const people = table('people', ['name', 'text'], ['scan', 'bytea'], ['shout', 'text', true]);
const notes = table('notes', ['body', 'text']);

/** A clone whose rows come in batches of one; generated columns are read only where they are asked for as if they were none. */
const clone = (rows: Readonly<Record<string, readonly Row[]>>) => ({
  async *rows({name, columns}: Table) {
    for (const row of rows[name.name] ?? [])
      yield [Object.fromEntries(columns.filter(({generated}) => !generated).map((column) => [column.name, row[column.name] ?? null]))];
  },
});
const hex = (text: string): string => `\\x${Buffer.from(text).toString('hex')}`;

test('a text is found in any case, within others, in bytes, and in what a server has made of it', async () => {
  const reader = clone({
    people: [
      {name: 'Nobody', scan: hex('%PDF ... Ada Lovelace'), shout: 'ADA LOVELACE'},
      {name: null, scan: null, shout: 'dear Ada Lovelace'},
    ],
    notes: [{body: 'ada lovelac'}, {body: 'Straße 1: ada@example.org, at noon'}, {body: 'Ada L.'}],
  });
  expect(await findTexts(reader, [people, notes], ['Ada Lovelace', 'ada@example.org', 'Grace Hopper'])).toEqual([
    {table: notes.name, column: 'body', rows: 1},
    {table: people.name, column: 'scan', rows: 1},
    {table: people.name, column: 'shout', rows: 2},
  ]);
});

test('texts that begin alike are told apart, and no text finds nothing', async () => {
  const reader = clone({notes: [{body: 'lovelorn'}, {body: 'loveless'}]});
  expect(await findTexts(reader, [notes], ['lovelace', 'loveless'])).toEqual([{table: notes.name, column: 'body', rows: 1}]);
  expect(await findTexts(reader, [notes], [])).toEqual([]);
});
