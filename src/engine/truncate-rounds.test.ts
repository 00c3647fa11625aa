import {expect, test} from 'vitest';
import type {RowOperation, TableBatch} from '../model/row-operation.ts';
import {truncateRounds} from './truncate-rounds.ts';

const name = (table: string) => ({schema: 's', name: table});
const row = (id: string): RowOperation => ({form: 'delete', key: [id], exact: true});
const rows = (...ids: string[]) => ({kind: 'rows', operations: ids.map(row)}) as const;
const batch = (table: string, ...steps: TableBatch['steps'][number][]): TableBatch => ({table: name(table), steps});
const shown = (batches: readonly TableBatch[]) =>
  truncateRounds(batches).map((round) => [
    round.rows
      .map(
        ({table, steps}) =>
          `${table.name}:${steps
            .flat()
            .map(({key}) => key[0])
            .join('')}`,
      )
      .join(' '),
    round.truncated.map((table) => table.name).join(' '),
  ]);

test('without a truncate there is one round, in the order of the tables', () => {
  expect(shown([batch('a', rows('1'), rows('2')), batch('b', rows('3'))])).toEqual([['a:12 b:3', '']]);
});

test('tables that refer to each other are truncated in one statement, between the rows before and after (H-7)', () => {
  expect(
    shown([batch('a', rows('1'), {kind: 'truncate'}, rows('2')), batch('b', {kind: 'truncate'}, rows('3')), batch('c', rows('4'))]),
  ).toEqual([
    ['a:1 c:4', 'a b'],
    ['a:2 b:3', ''],
  ]);
});

test('a table that is truncated twice has two rounds more than one that is not', () => {
  expect(shown([batch('a', {kind: 'truncate'}, rows('1'), {kind: 'truncate'})])).toEqual([
    ['', 'a'],
    ['a:1', 'a'],
    ['', ''],
  ]);
});
