import type {Column, Table, TableName} from '../../model/table.ts';
import type {Catalog, Scope} from '../engine.ts';
import {postgresInventory} from './postgres-inventory.ts';
import {postgresFindings} from './postgres-findings.ts';
import {postgresGrants} from './postgres-grants.ts';
import {BASE} from './postgres-schema-catalog.ts';
import {isInScope} from '../table-scope.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {textArray} from './postgres-sql.ts';

/** Ordinary and partitioned tables that are not partitions, outside the system's and our own schemas. */
const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name, c.oid::text AS oid, c.relkind::text AS kind,
         greatest(c.reltuples, 0)::bigint::text AS rows, pg_total_relation_size(c.oid)::text AS bytes, (c.relrowsecurity AND c.relforcerowsecurity)::text AS forced
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$|crossfade)'
  ORDER BY 1, 2`;

/** Of all tables at once, as the columns and keys below: a database may have thousands. `of`: whose it is. */
const PARTITIONS = `
  SELECT root::text AS of, n.nspname AS schema, c.relname AS name, greatest(c.reltuples, 0)::bigint::text AS rows, pg_total_relation_size(c.oid)::text AS bytes
  FROM unnest($1::oid[]) AS root CROSS JOIN LATERAL pg_partition_tree(root::regclass) t JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE t.level > 0 ORDER BY 2, 3`;

/**
 * A type whose binary form is alike on every server: built in, or an enum; domains count as their base. `aclitem` has none,
 * and an empty vector is sent in one that is refused.
 */
const COLUMNS = `
  WITH foreign_operators AS (
    SELECT c.opcintype AS type, n.nspname AS schema FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
    JOIN pg_amop x ON x.amopfamily = c.opcfamily AND x.amopstrategy = 3 AND x.amoplefttype = c.opcintype AND x.amoprighttype = c.opcintype
    JOIN pg_operator o ON o.oid = x.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE c.opcdefault AND n.nspname <> 'pg_catalog')
  SELECT a.attrelid::text AS of, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull::text AS not_null,
         (a.attgenerated <> '')::text AS generated, (a.atthasdef OR a.attidentity <> '')::text AS has_default, a.attidentity::text AS identity,
         (b.oid < 16384 AND b.typtype IN ('b', 'r', 'm') AND b.typname !~ '^_?(reg|aclitem$|int2vector$|oidvector$)' OR b.typtype = 'e')::text AS portable,
         f.schema AS operators, ${BASE} AS base
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN foreign_operators f ON f.type = b.oid WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/** The replica identity's index where one is set, else the primary key. */
const KEYS = `
  SELECT i.indrelid::text AS of, a.attname AS name
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND k.place <= i.indnkeyatts
    AND (CASE WHEN c.relreplident = 'i' THEN i.indisreplident ELSE i.indisprimary END)
  ORDER BY k.place`;

export const postgresCatalog = (sessions: PgSessions): Catalog => ({
  tables: (scope) => sessions.use((session) => readTables(session, scope)),
  findings: (as, tables, wishes) => sessions.use((session) => postgresFindings(session, as, tables, wishes)),
  grants: (as, tables, wishes) => sessions.use((session) => postgresGrants(session, as, tables, wishes)),
  inventory: (tables) => postgresInventory(sessions, tables),
});

const readTables = async (session: PgSession, scope: Scope): Promise<Table[]> => {
  const isWanted = isInScope(scope);
  const rows = (await session.query(TABLES)).rows.filter((row) => isWanted(nameIn(row)));
  const oids = rows.map((row) => text(row, 'oid')); // names would need usage on their schemas, which doctor may have to ask for first
  const columns = await byTable(session, COLUMNS, oids);
  const keys = await byTable(session, KEYS, oids);
  const roots = rows.filter((row) => row['kind'] === 'p').map((row) => text(row, 'oid'));
  const partitions = await byTable(session, PARTITIONS, roots);
  return rows.map((row) => toTable(row, {columns: columns(row), key: keys(row), partitions: partitions(row)}));
};

const byTable = async (session: PgSession, query: string, oids: readonly string[]): Promise<(table: TextRow) => readonly TextRow[]> => {
  const {rows} = oids.length ? await session.query(query, [textArray(oids)]) : {rows: []};
  const found = Map.groupBy(rows, (row) => text(row, 'of'));
  return (table) => found.get(text(table, 'oid')) ?? [];
};

const toTable = (row: TextRow, parts: Readonly<Record<'columns' | 'key' | 'partitions', readonly TextRow[]>>): Table => {
  const sum = (field: string): number => [row, ...parts.partitions].reduce((total, one) => total + Number(one[field] ?? 0), 0);
  return {
    name: nameIn(row),
    columns: parts.columns.map(toColumn),
    key: parts.key.map((one) => text(one, 'name')),
    partitions: parts.partitions.map(nameIn),
    estimatedRows: sum('rows'),
    estimatedBytes: sum('bytes'),
    ...(row['forced'] === 'true' ? {forcesRowSecurity: true} : {}),
  };
};

const nameIn = (row: TextRow): TableName => ({schema: text(row, 'schema'), name: text(row, 'name')});

const toColumn = (row: TextRow): Column => ({
  name: text(row, 'name'),
  type: text(row, 'type'),
  notNull: row['not_null'] === 'true',
  generated: row['generated'] === 'true',
  identity: row['identity'] === 'a' ? 'always' : row['identity'] === 'd' ? 'by-default' : undefined,
  portableBinary: row['portable'] === 'true',
  hasDefault: row['has_default'] === 'true',
  ...(row['operators'] ? {operatorSchema: row['operators']} : {}),
  ...(row['base'] ? {base: row['base']} : {}),
});

/** A column of an answer that is never NULL. */
const text = (row: TextRow, name: string): string => row[name] ?? '';
