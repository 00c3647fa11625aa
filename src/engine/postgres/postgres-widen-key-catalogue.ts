/**
 * Indexes and foreign keys of the columns that become wider, as the catalogue has them and as the plan has them: the
 * plan must name each, because it is made anew. The plan's indexes are made on empty copies of the tables' shapes, so
 * that the server itself says whether they are the same.
 */
import {columnName, type KeptForeignKey, type KeptIndex, type Planned} from '../../model/planned-operation.ts';
import {distinctTables, nameOf, type TableName} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import {createIndex} from './postgres-add-index.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';
import {nameWhileBuilt, onWider} from './postgres-wider-names.ts';

type Widened = Planned<'widen-key'>;

/** The first table's shape is there; the others' are made here. */
export const widenKeyTrial = (planned: Widened): Sql[] => {
  const tables = tablesOf(planned);
  return [
    {text: `SELECT $1::regtype`, values: [planned.columns[0]?.into[0]?.type ?? '']},
    ...tables.slice(1).map((table, i) => ({text: `CREATE TEMP TABLE ${shapeName(i + 1)} (LIKE ${quoteTable(table)}) ON COMMIT DROP`})),
    ...planned.columns.flatMap(({table, into}) =>
      into.map(({column, type}) => ({text: `ALTER TABLE ${shapeOf(planned, table)} ADD COLUMN ${quoteName(column)} ${type}`})),
    ),
    ...planned.indexes.flatMap((index) => [
      {text: createIndex(index, shapeOf(planned, index.table), '')},
      {text: createIndex({...index, name: nameWhileBuilt(index.name), on: onWider(planned, index)}, shapeOf(planned, index.table), '')},
    ]),
  ];
};

const tablesOf = ({columns}: Widened): TableName[] => distinctTables(columns.map(({table}) => table));

const shapeName = (place: number): string => `crossfade_shape${place === 0 ? '' : `_${place}`}`;

const shapeOf = (planned: Widened, table: TableName): string =>
  `pg_temp.${shapeName(tablesOf(planned).findIndex((one) => nameOf(one) === nameOf(table)))}`;

/** In the trial's transaction. */
export const widenKeyLook = async (session: PgSession, planned: Widened): Promise<Finding[]> => [
  ...(await indexFindings(session, planned)),
  ...(await foreignKeyFindings(session, planned)),
];

/** Rows of `($1 table, $2 column)` as the catalogue numbers them. */
const WIDENED = `
  WITH widened AS (SELECT a.attrelid, a.attnum, a.attname FROM json_array_elements($1::json) AS one
    JOIN pg_attribute a ON a.attrelid = (one ->> 0)::regclass AND a.attname = one ->> 1 AND NOT a.attisdropped)`;

const INDEXES = `${WIDENED}
  SELECT DISTINCT n.nspname AS schema, t.relname AS table, c.relname AS name, k.contype, (coalesce(k.condeferrable, false))::text AS deferrable,
    i.indisreplident::text AS identity, i.indisunique::text AS unique, substring(pg_get_indexdef(c.oid) from ' USING .*') AS shape
  FROM widened w JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = w.attrelid AND d.refobjsubid = w.attnum
  LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid AND k.contype IN ('p', 'u', 'x')
  JOIN pg_class c ON c.relkind = 'i' AND c.oid = CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid ELSE k.conindid END
  JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  ORDER BY 1, 2, 3`;

const SHAPES = `
  SELECT c.relname AS name, i.indisunique::text AS unique, substring(pg_get_indexdef(c.oid) from ' USING .*') AS shape,
    (SELECT string_agg(DISTINCT a.attname, ', ') FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjid = i.indrelid) AS columns
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = pg_my_temp_schema()`;

const CONSTRAINTS: Readonly<Record<string, KeptIndex['constraint']>> = {p: 'primary key', u: 'unique'};

const indexFindings = async (session: PgSession, planned: Widened): Promise<Finding[]> => {
  const {rows: there} = await session.query(INDEXES, [widenedNames(planned)]);
  const {rows: shapes} = await session.query(SHAPES);
  const found: Finding[] = [];
  for (const row of there) {
    const table = {schema: row['schema'] ?? '', name: row['table'] ?? ''};
    const index = planned.indexes.find((one) => one.name === row['name'] && isSameTable(one.table, table));
    const subject = `index ${table.schema}.${row['name']}`;
    const constraint = CONSTRAINTS[row['contype'] ?? ''];
    const shape = shapes.find((one) => one['name'] === row['name']);
    const isSame = shape?.['shape'] === row['shape'] && shape?.['unique'] === row['unique'] && index?.constraint === constraint;
    if (row['deferrable'] === 'true' || row['contype'] === 'x' || row['identity'] === 'true')
      found.push(
        refuse(subject, 'is deferrable, an exclusion constraint or the replica identity, which cannot be made beside the old one', REBUILD),
      );
    else if (!index || !isSame)
      found.push(
        refuse(subject, notNamed('indexes', row['shape']), `name it in indexes${constraint ? `, with constraint: ${constraint}` : ''}`),
      );
    else found.push(...usesNarrow(planned, index, shapes, subject));
  }
  return [...found, ...planned.indexes.filter((one) => !there.some((row) => row['name'] === one.name)).map(isUnknown)];
};

/** An expression or a condition that names a narrow column cannot be put on the wider one by us. */
const usesNarrow = (planned: Widened, index: KeptIndex, shapes: readonly Record<string, string | null>[], subject: string): Finding[] => {
  const used = (shapes.find((one) => one['name'] === nameWhileBuilt(index.name))?.['columns'] ?? '').split(', ');
  const narrow = planned.columns.filter((one) => isSameTable(one.table, index.table) && used.includes(one.column));
  return narrow.length ? [refuse(subject, `computes something of ${narrow.map(columnName).join(', ')}`, REBUILD)] : [];
};

const REBUILD = 'drop it, and build it again after the run';

const FOREIGN_KEYS = `${WIDENED}
  SELECT DISTINCT k.conname AS name, pg_get_constraintdef(k.oid) AS shape, k.convalidated::text AS validated, (k.confmatchtype = 'f')::text AS full, json_build_array(n.nspname, t.relname, k.conname,
      (SELECT json_agg(a.attname ORDER BY place) FROM unnest(k.conkey) WITH ORDINALITY AS at(num, place) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = num),
      m.nspname, r.relname,
      (SELECT json_agg(a.attname ORDER BY place) FROM unnest(k.confkey) WITH ORDINALITY AS at(num, place) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = num),
      k.confdeltype, k.confupdtype, CASE WHEN k.condeferred THEN 'deferred' WHEN k.condeferrable THEN 'immediate' ELSE '' END)::text AS key
  FROM widened w JOIN pg_constraint k ON k.contype = 'f' AND (k.conrelid = w.attrelid AND w.attnum = ANY (k.conkey) OR k.confrelid = w.attrelid AND w.attnum = ANY (k.confkey))
  JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace m ON m.oid = r.relnamespace
  ORDER BY 1`;

const foreignKeyFindings = async (session: PgSession, planned: Widened): Promise<Finding[]> => {
  const {rows} = await session.query(FOREIGN_KEYS, [widenedNames(planned)]);
  const named = planned.foreignKeys.map(asCatalogue);
  const found = rows.flatMap((row) => {
    const subject = `foreign key ${row['name']}`;
    const key = JSON.stringify(JSON.parse(row['key'] ?? '[]'));
    if (row['full'] === 'true' || row['validated'] !== 'true')
      return [refuse(subject, 'is MATCH FULL or not validated', 'validate it or drop it, and add it again after the run')];
    if (named.includes(key)) return [];
    return [refuse(subject, notNamed('foreignKeys', row['shape']), 'name it in foreignKeys, and its columns in with')];
  });
  const names = rows.map((row) => row['name']);
  return [...found, ...planned.foreignKeys.filter(({name}) => !names.includes(name)).map(isUnknown), ...half(planned)];
};

/** A reference from a narrow column to a wider one could hold less than it leads to. */
const half = (planned: Widened): Finding[] =>
  planned.foreignKeys.flatMap(({table, name, columns, references}) =>
    columns.flatMap((column, i) => {
      const ends = [
        {table, column},
        {table: references.table, column: references.columns[i] ?? ''},
      ].filter((end) => !planned.columns.some((one) => one.column === end.column && isSameTable(one.table, end.table)));
      return ends.length === 1 && ends[0]
        ? [refuse(`foreign key ${name}`, `leads from or to ${columnName(ends[0])}, which stays narrow`, 'name that column in with')]
        : [];
    }),
  );

const ACTS: Readonly<Record<string, string>> = {'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd'};

const asCatalogue = ({
  table,
  name,
  columns,
  references,
  onDelete = 'no action',
  onUpdate = 'no action',
  deferrable,
}: KeptForeignKey): string =>
  JSON.stringify([
    table.schema,
    table.name,
    name,
    columns,
    references.table.schema,
    references.table.name,
    references.columns,
    ACTS[onDelete],
    ACTS[onUpdate],
    deferrable ?? '',
  ]);

const isSameTable = (a: TableName, b: TableName): boolean => nameOf(a) === nameOf(b);

const widenedNames = ({columns}: Widened): string => JSON.stringify(columns.map(({table, column}) => [quoteTable(table), column]));

const notNamed = (list: string, shape: string | null | undefined): string => `is not in ${list} as it is: ${(shape ?? '').trim()}`;

const isUnknown = ({table, name}: {readonly table: TableName; readonly name: string}): Finding =>
  refuse(`${nameOf(table)}.${name}`, 'is no index or foreign key of the columns that become wider', 'leave it out, or check its name');

const refuse = (object: string, reason: string, next: string): Finding => ({severity: 'refuse', code: 'CF-PLAN-001', object, reason, next});
