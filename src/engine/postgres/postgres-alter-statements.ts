/** What a change in place sends, apart from who sends it: `plan` and `sql` show the same texts. */
import type {NewColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {expression, filledTable} from './postgres-in-step.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';

/** The default stands from the start where it is one value for all rows. */
export const addColumn = (column: NewColumn): string => {
  const isDefaultFirst = column.default !== undefined && column.backfill === undefined;
  return `ALTER TABLE ${quoteTable(column.table)} ADD COLUMN ${quoteName(column.column)} ${column.type}${isDefaultFirst ? ` DEFAULT ${expression(column.default)}` : ''}`;
};

/** Only rows without a value: what somebody else has filled in the meantime is left as it is. `range` is a condition. */
export const fillRows = (column: NewColumn, range: string): string => {
  const value = expression(column.backfill);
  const name = quoteName(column.column);
  return `UPDATE ${filledTable(column)} SET ${name} = ${value} WHERE ${range} AND ${name} IS NULL AND ${value} IS NOT NULL`;
};

export const BEGIN_COUNTING = 'BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, public';

export const countUnfilled = (column: NewColumn): string => {
  const lacks = column.notNull || column.backfill === undefined ? String(column.notNull) : `${expression(column.backfill)} IS NOT NULL`;
  return `SELECT count(*)::text AS rows, (count(*) FILTER (WHERE ${quoteName(column.column)} IS NULL AND ${lacks}))::text AS unfilled FROM ${filledTable(column)}`;
};

/** NOT VALID: nothing is read under the exclusive lock. */
export const addCheck = (migration: MigrationRef, column: NewColumn): string =>
  `ALTER TABLE ${quoteTable(column.table)} DROP CONSTRAINT IF EXISTS ${checkName(migration, column)}, ADD CONSTRAINT ${checkName(migration, column)} CHECK (${quoteName(column.column)} IS NOT NULL) NOT VALID`;

export const validateCheck = (migration: MigrationRef, column: NewColumn): string =>
  `ALTER TABLE ${quoteTable(column.table)} VALIDATE CONSTRAINT ${checkName(migration, column)}`;

export const dropCheck = (migration: MigrationRef, column: NewColumn): string =>
  `ALTER TABLE ${quoteTable(column.table)} DROP CONSTRAINT IF EXISTS ${checkName(migration, column)}`;

/** Undefined where nothing is left to be made final. */
export const finalShape = (migration: MigrationRef, column: NewColumn): string | undefined => {
  const name = quoteName(column.column);
  const changes = [
    ...(column.notNull ? [`ALTER COLUMN ${name} SET NOT NULL`, `DROP CONSTRAINT IF EXISTS ${checkName(migration, column)}`] : []),
    ...(column.default === undefined ? [] : [`ALTER COLUMN ${name} SET DEFAULT ${expression(column.default)}`]),
  ];
  return changes.length ? `ALTER TABLE ${quoteTable(column.table)} ${changes.join(', ')}` : undefined;
};

export const dropColumn = (column: NewColumn): string =>
  `ALTER TABLE ${quoteTable(column.table)} DROP COLUMN IF EXISTS ${quoteName(column.column)}`;

const checkName = (migration: MigrationRef, column: NewColumn): string =>
  quoteName(`crossfade_${migration.short}_${column.column}`.slice(0, 63));

/** An empty copy of the table's shape, gone with the transaction. */
export const beginTrial = (table: TableName): string =>
  `BEGIN; SET LOCAL search_path = pg_catalog, public; CREATE TEMP TABLE crossfade_shape (LIKE ${quoteTable(table)}) ON COMMIT DROP`;

export const columnTrial = (column: NewColumn): Sql[] => {
  const value = expression(column.default);
  const ownDefault = column.default === undefined ? '' : ` DEFAULT ${value}`;
  return [
    {text: `SELECT $1::regtype`, values: [column.type]},
    ...(column.default === undefined ? [] : [{text: `EXPLAIN SELECT ${value} WHERE $1::text IS NOT NULL`, values: ONE_STATEMENT}]),
    {text: `ALTER TABLE pg_temp.crossfade_shape ADD COLUMN ${quoteName(column.column)} ${column.type}${ownDefault}`},
  ];
};

/** The view shows which columns the expression uses. */
export const backfillTrial = (column: NewColumn): Sql[] => {
  const shape = `pg_temp.crossfade_shape AS ${quoteName(column.table.name)}`;
  const value = expression(column.backfill);
  return [
    {text: `EXPLAIN UPDATE ${shape} SET ${quoteName(column.column)} = ${value} WHERE $1::text IS NOT NULL`, values: ONE_STATEMENT},
    {text: `CREATE TEMP VIEW crossfade_uses AS SELECT ${value} AS value FROM ${shape}`},
  ];
};

/** A parameter makes the server take one statement only, so that a text which holds several is refused before any runs. */
const ONE_STATEMENT = ['one'];
