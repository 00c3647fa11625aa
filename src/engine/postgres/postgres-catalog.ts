import type {Column, Table, TableName} from '../../model/table.ts';
import type {Catalog, Scope} from '../engine.ts';
import {postgresInventory} from './postgres-inventory.ts';
import {postgresFindings} from './postgres-findings.ts';
import {postgresGrants} from './postgres-grants.ts';
import {isInScope} from './postgres-scope.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';

/** Ordinary and partitioned tables that are not partitions, outside the system's and our own schemas. */
const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name, c.oid::text AS oid, c.relkind::text AS kind,
         greatest(c.reltuples, 0)::bigint::text AS rows, pg_total_relation_size(c.oid)::text AS bytes, (c.relrowsecurity AND c.relforcerowsecurity)::text AS forced
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$|crossfade)'
  ORDER BY 1, 2`;

const PARTITIONS = `
  SELECT n.nspname AS schema, c.relname AS name, greatest(c.reltuples, 0)::bigint::text AS rows, pg_total_relation_size(c.oid)::text AS bytes
  FROM pg_partition_tree($1::regclass) t JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE t.level > 0 ORDER BY 1, 2`;

/**
 * A type whose binary form is alike on every server: built in, or an enum; domains count as their base. `aclitem` has none,
 * and an empty vector is sent in one that is refused.
 */
const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull::text AS not_null,
         (a.attgenerated <> '')::text AS generated, (a.atthasdef OR a.attidentity <> '')::text AS has_default, a.attidentity::text AS identity,
         (b.oid < 16384 AND b.typtype IN ('b', 'r', 'm') AND b.typname !~ '^_?(reg|aclitem$|int2vector$|oidvector$)' OR b.typtype = 'e')::text AS portable,
         (SELECT n.nspname FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
          JOIN pg_amop x ON x.amopfamily = c.opcfamily AND x.amopstrategy = 3 AND x.amoplefttype = c.opcintype AND x.amoprighttype = c.opcintype
          JOIN pg_operator o ON o.oid = x.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
          WHERE c.opcintype = b.oid AND c.opcdefault AND n.nspname <> 'pg_catalog') AS operators
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/** The replica identity's index where one is set, else the primary key. */
const KEY = `
  SELECT a.attname AS name
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  WHERE i.indrelid = $1::regclass AND i.indisvalid AND k.place <= i.indnkeyatts
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
  const {rows} = await session.query(TABLES);
  const tables: Table[] = [];
  for (const row of rows) {
    const name: TableName = {schema: text(row, 'schema'), name: text(row, 'name')};
    if (isWanted(name)) tables.push(await readTable(session, name, row));
  }
  return tables;
};

const readTable = async (session: PgSession, name: TableName, row: TextRow): Promise<Table> => {
  const oid = text(row, 'oid'); // a name would need usage on its schema, which doctor may have to ask for first
  const columns = await session.query(COLUMNS, [oid]);
  const key = await session.query(KEY, [oid]);
  const partitions = row['kind'] === 'p' ? (await session.query(PARTITIONS, [oid])).rows : [];
  const sum = (field: string): number => [row, ...partitions].reduce((total, one) => total + Number(one[field] ?? 0), 0);
  return {
    name,
    columns: columns.rows.map(toColumn),
    key: key.rows.map((one) => text(one, 'name')),
    partitions: partitions.map((one) => ({schema: text(one, 'schema'), name: text(one, 'name')})),
    estimatedRows: sum('rows'),
    estimatedBytes: sum('bytes'),
    ...(row['forced'] === 'true' ? {forcesRowSecurity: true} : {}),
  };
};

const toColumn = (row: TextRow): Column => ({
  name: text(row, 'name'),
  type: text(row, 'type'),
  notNull: row['not_null'] === 'true',
  generated: row['generated'] === 'true',
  identity: row['identity'] === 'a' ? 'always' : row['identity'] === 'd' ? 'by-default' : undefined,
  portableBinary: row['portable'] === 'true',
  hasDefault: row['has_default'] === 'true',
  ...(row['operators'] ? {operatorSchema: row['operators']} : {}),
});

/** A column of an answer that is never NULL. */
const text = (row: TextRow, name: string): string => row[name] ?? '';
