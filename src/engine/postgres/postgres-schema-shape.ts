/** The statements that give a table of the source, which is still empty, its shape of the mapping. */
import type {ColumnReshape, NewShape, Reshape} from '../../model/reshape.ts';
import type {TableName} from '../../model/table.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteName, quoteTable, quoteValue} from './postgres-sql.ts';

type Retyped = {readonly kind: 'kept' | 'changed'; readonly from: string; readonly type: string};

/** Right after the table was made: nothing has been built over the column yet, but for its default and its identity. */
export const widenTypes = (table: TableName, {kind, from, type}: Retyped, collation: string): string =>
  `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteName(from)} TYPE ${type}${collation}${kind === 'changed' ? ` USING NULL::${type}` : ''}`;

/** ` COLLATE …` where the column has one of its own: another type would forget it. */
export const collationOf = async (session: PgSession, table: TableName, column: string): Promise<string> => {
  const {rows} = await session.query(
    `SELECT format(' COLLATE %I.%I', n.nspname, c.collname) AS collation FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     JOIN pg_collation c ON c.oid = a.attcollation JOIN pg_namespace n ON n.oid = c.collnamespace
     WHERE a.attrelid = $1::regclass AND a.attname = $2 AND a.attcollation <> t.typcollation`,
    [quoteTable(table), column],
  );
  return rows[0]?.['collation'] ?? '';
};

/** A `serial` counts as far as its old type went; an identity column's sequence has followed by itself. */
export const widenSequences = async (session: PgSession, {from, columns}: Reshape): Promise<string[]> => {
  const retyped = columns.flatMap((column) => (column.kind === 'kept' && INTEGERS.has(column.type ?? '') ? [column] : []));
  const {rows} = await session.query(SERIALS, [quoteTable(from), retyped.map((column) => column.from), retyped.map(({type}) => type)]);
  return rows.map((row) => row['sql'] ?? '');
};

const INTEGERS: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint']);

const SERIALS = `
  SELECT format('ALTER SEQUENCE %s AS %s', q.oid::regclass, wanted.type) AS sql
  FROM unnest($2::text[], $3::text[]) AS wanted(name, type) JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attname = wanted.name
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'a'
  JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S' JOIN pg_sequence s ON s.seqrelid = q.oid
  WHERE format_type(s.seqtypid, NULL) <> wanted.type ORDER BY 1`;

/** Columns that go, and those that come. The new ones stand last: their order means nothing to a migration. */
export const changesOf = ({from, columns}: Reshape): string[] => {
  const table = `ALTER TABLE ${quoteTable(from)}`;
  const replaced = columns.filter((column) => column.kind === 'replaced');
  const gone = replaced.flatMap((column) => column.from.map((name) => `${table} DROP COLUMN ${quoteName(name)}`));
  return [
    ...gone,
    ...renamed(table, columns),
    ...replaced.flatMap(({to}) => to.map((shape) => `${table} ADD COLUMN ${definition(shape)}`)),
  ];
};

const definition = ({name, type, notNull, defaultValue}: NewShape): string =>
  `${quoteName(name)} ${type}${defaultValue === undefined ? '' : ` DEFAULT ${quoteValue(defaultValue)}`}${notNull ? ' NOT NULL' : ''}`;

/** By a name that nobody has, because two columns may exchange theirs. */
const renamed = (table: string, columns: readonly ColumnReshape[]): string[] => {
  const moved = columns.flatMap((column) => (column.kind !== 'replaced' && column.from !== column.to ? [column] : []));
  return [
    ...moved.map(({from}, i) => `${table} RENAME COLUMN ${quoteName(from)} TO ${quoteName(passing(i))}`),
    ...moved.map(({to}, i) => `${table} RENAME COLUMN ${quoteName(passing(i))} TO ${quoteName(to)}`),
  ];
};

const passing = (place: number): string => `crossfade_passing_${place}`;

/** Two tables may exchange their names as well, so all leave theirs before the first takes a new one. */
export const leaveName = ({from}: Reshape, place: number): string[] => [
  `ALTER TABLE ${quoteTable(from)} RENAME TO ${quoteName(passing(place))}`,
];

export const takeName = ({from, to}: Reshape, place: number): string[] => {
  const left = quoteTable({schema: from.schema, name: passing(place)});
  const there = quoteTable({schema: to.schema, name: passing(place)});
  return [
    `CREATE SCHEMA IF NOT EXISTS ${quoteName(to.schema)}`,
    ...(from.schema === to.schema ? [] : [`ALTER TABLE ${left} SET SCHEMA ${quoteName(to.schema)}`]),
    `ALTER TABLE ${there} RENAME TO ${quoteName(to.name)}`,
  ];
};
