/** Tables as `information_schema` shows them. Its column names differ in case from server to server, so each has a name of ours. */
import type {Column, Table, TableName} from '../../model/table.ts';
import type {Catalog, Scope} from '../engine.ts';
import {isInScope} from '../table-scope.ts';
import {mysqlFindings} from './mysql-findings.ts';
import {mysqlGrants} from './mysql-grants.ts';
import {mysqlInventory} from './mysql-inventory.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {tableNames} from './mysql-sql.ts';

/** What holds rows: MariaDB says so of tables with row versions in words of its own. */
const TABLES = `
  SELECT table_schema AS \`schema\`, table_name AS name, coalesce(table_rows, 0) AS \`rows\`, coalesce(data_length, 0) + coalesce(index_length, 0) AS bytes
  FROM information_schema.tables WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND NOT ${ownSchemas('table_schema')}
  ORDER BY CAST(table_schema AS BINARY), CAST(table_name AS BINARY)`;

/** JSON of MariaDB is LONGTEXT with a check of this form, which its own SHOW CREATE TABLE tells it by. */
const columnsOf = (names: string): string => `
  SELECT c.table_schema AS \`schema\`, c.table_name AS \`table\`, c.column_name AS name, c.column_type AS type, c.is_nullable AS nullable,
         c.column_default AS default_text, c.extra AS extra, c.character_set_name AS charset
  FROM information_schema.columns c WHERE (c.table_schema, c.table_name) IN (${names}) ORDER BY 1, 2, c.ordinal_position`;

const jsonOf = (names: string): string => `
  SELECT constraint_schema AS \`schema\`, table_name AS \`table\`, constraint_name AS name
  FROM information_schema.check_constraints
  WHERE (constraint_schema, table_name) IN (${names}) AND level = 'Column' AND check_clause = concat('json_valid(\`', replace(constraint_name, '\`', '\`\`'), '\`)')`;

/** Unique indexes whose columns are all there in every row: one of them stands in for a primary key, as it does in InnoDB. */
const keysOf = (names: string): string => `
  SELECT s.table_schema AS \`schema\`, s.table_name AS \`table\`, s.index_name AS name, s.column_name AS \`column\`, s.nullable AS nullable
  FROM information_schema.statistics s WHERE (s.table_schema, s.table_name) IN (${names}) AND s.non_unique = 0
  ORDER BY 1, 2, s.index_name <> 'PRIMARY', s.index_name, s.seq_in_index`;

export const mysqlCatalog = (sessions: MySessions): Catalog => ({
  tables: (scope) => sessions.use((session) => readTables(session, scope)),
  findings: (as, tables, wishes) => sessions.use((session) => mysqlFindings(session, as, tables, wishes)),
  grants: (as, tables, wishes) => sessions.use((session) => mysqlGrants(session, as, tables, wishes)),
  inventory: (tables) => sessions.use((session) => mysqlInventory(session, tables)),
});

const readTables = async (session: MySession, scope: Scope): Promise<Table[]> => {
  const isWanted = isInScope(scope);
  const found = (await session.query(TABLES)).rows.filter((row) => isWanted(tableName(row, 'name')));
  if (!found.length) return [];
  const names = tableNames(found.map((row) => tableName(row, 'name')));
  const [columns, keys] = [grouped((await session.query(columnsOf(names))).rows), grouped((await session.query(keysOf(names))).rows)];
  const json = session.flavour.hasJsonType ? new Map<string, TextRow[]>() : grouped((await session.query(jsonOf(names))).rows);
  return found.map((row) => {
    const name = tableName(row, 'name');
    const isJson = new Set((json.get(placeOf(name)) ?? []).map((one) => text(one, 'name')));
    return {
      name,
      columns: (columns.get(placeOf(name)) ?? []).map((column) => toColumn(column, isJson)),
      key: keyOf(keys.get(placeOf(name)) ?? []),
      // Its events name the table itself, and no partition can be read or written under a name of its own.
      partitions: [],
      estimatedRows: Number(row['rows']),
      estimatedBytes: Number(row['bytes']),
    };
  });
};

const toColumn = (row: TextRow, isJson: ReadonlySet<string>): Column => {
  const extra = text(row, 'extra').toUpperCase();
  const isCounter = extra.includes('AUTO_INCREMENT');
  return {
    name: text(row, 'name'),
    type: isJson.has(text(row, 'name')) ? 'json' : text(row, 'type'),
    notNull: row['nullable'] === 'NO',
    generated: /\b(VIRTUAL|STORED) GENERATED\b/.test(extra),
    identity: isCounter ? 'by-default' : undefined,
    portableBinary: false,
    ...(row['charset'] && row['charset'] !== 'utf8mb4' ? {characterSet: row['charset']} : {}),
    hasDefault: isCounter || (row['default_text'] !== null && row['default_text'] !== 'NULL') || extra.includes('DEFAULT_GENERATED'),
  };
};

const keyOf = (rows: readonly TextRow[]): readonly string[] => {
  const indexes = [...Map.groupBy(rows, (row) => text(row, 'name')).values()];
  // A column without a name is an expression.
  const usable = indexes.find((index) => index.every((row) => row['column'] !== null && row['nullable'] !== 'YES'));
  return (usable ?? []).map((row) => text(row, 'column'));
};

const grouped = (rows: readonly TextRow[]): Map<string, TextRow[]> => Map.groupBy(rows, (row) => placeOf(tableName(row, 'table')));

const tableName = (row: TextRow, column: string): TableName => ({schema: text(row, 'schema'), name: text(row, column)});

/** Names may hold anything but NUL. */
const placeOf = ({schema, name}: TableName): string => `${schema}\0${name}`;

/** A column of an answer that is never NULL. */
const text = (row: TextRow, name: string): string => row[name] ?? '';
