/** What stands in the way of a new column, asked of the server on an empty copy of the table's shape. */
import {columnName, type NewColumn} from '../../model/planned-operation.ts';
import type {Finding} from '../engine.ts';
import type {Objection} from './postgres-change.ts';
import {expression} from './postgres-in-step.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';

export const newColumnObjections = ({table, column}: Pick<NewColumn, 'table' | 'column'>): Objection[] => [
  {
    ask: {
      text: `SELECT attname AS what FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2 AND NOT attisdropped`,
      values: [quoteTable(table), column],
    },
    reason: 'is there already',
    next: 'take another name, or drop the column first',
  },
];

export const columnTrial = (column: NewColumn): Sql[] => {
  const value = expression(column.default);
  return [
    {text: `SELECT $1::regtype`, values: [column.type]},
    ...(column.default === undefined ? [] : [{text: `EXPLAIN SELECT ${value} WHERE $1::text IS NOT NULL`, values: ONE_STATEMENT}]),
    {text: addToShape(column)},
  ];
};

export const addToShape = (column: NewColumn): string =>
  `ALTER TABLE pg_temp.crossfade_shape ADD COLUMN ${quoteName(column.column)} ${column.type}${column.default === undefined ? '' : ` DEFAULT ${expression(column.default)}`}`;

export const backfillTrial = (column: NewColumn): Sql => {
  const shape = `pg_temp.crossfade_shape AS ${quoteName(column.table.name)}`;
  const value = expression(column.backfill);
  return {text: `EXPLAIN UPDATE ${shape} SET ${quoteName(column.column)} = ${value} WHERE $1::text IS NOT NULL`, values: ONE_STATEMENT};
};

/** A parameter makes the server take one statement only, so that a text which holds several is refused before any runs. */
export const ONE_STATEMENT = ['one'];

export const newColumnLook = async (session: PgSession, column: NewColumn): Promise<Finding[]> => {
  if (column.default === undefined || column.backfill !== undefined) return [];
  const row = await session.one(
    `SELECT atthasmissing::text AS constant FROM pg_attribute WHERE attrelid = 'pg_temp.crossfade_shape'::regclass AND attname = $1`,
    [column.column],
  );
  if (row['constant'] === 'true') return [];
  return [
    {
      severity: 'refuse',
      code: 'CF-PLAN-001',
      object: columnName(column),
      reason: 'has a default that is computed row by row; adding it would rewrite the table while nobody can use it',
      next: 'give the same expression as backfill as well',
    },
  ];
};
