/**
 * R10: what the replay window forbids and the tables have nevertheless. Taken away before the load and put back, as the
 * server itself had written it, when the tables are complete. Foreign keys rest in our sessions, but hold the indexes that
 * they lead to.
 */
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {Schema, SchemaStatement} from '../schema.ts';
import {createTable, definitionOf} from './mysql-create-table.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import {quoteName, quoteTable, tableNames} from './mysql-sql.ts';

export const forbiddenOn = async (session: MySession, tables: readonly Table[]): ReturnType<Schema['forbidden']> => {
  const ddl = remembered(session);
  const [keys, indexes] = [await foreignKeys(session, tables), await uniqueIndexes(session, tables)];
  const restoredKeys: SchemaStatement[] = [];
  for (const {table, name} of keys)
    restoredKeys.push(alter(`foreign key ${name} of ${nameOf(table)}`, table, `ADD ${definitionOf(await ddl(table), 'CONSTRAINT', name)}`));
  const [removed, restored]: SchemaStatement[][] = [[], []];
  for (const {table, name, isCounter} of indexes) {
    const object = `unique index ${name} of ${nameOf(table)}`;
    const definition = definitionOf(await ddl(table), 'UNIQUE KEY', name);
    const drop = `DROP INDEX ${quoteName(name)}`;
    // A column that counts needs an index.
    removed?.push(alter(object, table, isCounter ? `${drop}, ADD ${definition.replace(/^UNIQUE /, '')}` : drop));
    restored?.push(alter(object, table, `${isCounter ? `${drop}, ` : ''}ADD ${definition}, ${NO_WRITES}`));
  }
  return {
    remove: [
      ...keys.map(({table, name}) => alter(`foreign key ${name} of ${nameOf(table)}`, table, `DROP FOREIGN KEY ${quoteName(name)}`)),
      ...(removed ?? []),
    ],
    restore: [...(restored ?? []), ...restoredKeys],
  };
};

/**
 * Where others write meanwhile, the server plays their changes through row by row, and takes two rows that exchange their values
 * for twins (1062).
 */
const NO_WRITES = 'LOCK = SHARED';

const alter = (object: string, table: TableName, change: string): SchemaStatement => ({
  object,
  sql: `ALTER TABLE ${quoteTable(table)} ${change}`,
  roles: [],
  isOptional: false,
});

type Part = {readonly table: TableName; readonly name: string};

/** Of these tables, and of others that lead to them. */
const foreignKeys = async (session: MySession, tables: readonly Table[]): Promise<readonly Part[]> => {
  const names = tableNames(tables.map(({name}) => name));
  const {rows} = await session.query(
    `SELECT constraint_schema AS \`schema\`, table_name AS \`table\`, constraint_name AS name FROM information_schema.referential_constraints
     WHERE (constraint_schema, table_name) IN (${names}) OR (unique_constraint_schema, referenced_table_name) IN (${names}) ORDER BY 1, 2, 3`,
  );
  return rows.map(partOf);
};

/** All but the key by which rows are found. */
const uniqueIndexes = async (session: MySession, tables: readonly Table[]): Promise<readonly (Part & {readonly isCounter: boolean})[]> => {
  const {rows} = await session.query(
    `SELECT table_schema AS \`schema\`, table_name AS \`table\`, index_name AS name, column_name AS \`column\` FROM information_schema.statistics
     WHERE (table_schema, table_name) IN (${tableNames(tables.map(({name}) => name))}) AND non_unique = 0 AND index_name <> 'PRIMARY' ORDER BY 1, 2, 3, seq_in_index`,
  );
  const indexes = [...Map.groupBy(rows, (row) => JSON.stringify(partOf(row))).values()];
  return indexes.flatMap((index) => {
    const [first] = index;
    const table = tables.find(({name}) => first && nameOf(name) === nameOf(partOf(first).table));
    const columns = index.map((row) => row['column']);
    if (!first || !table || columns.join('\0') === table.key.join('\0')) return [];
    const isCounter = table.columns.some(({name, identity}) => name === columns[0] && identity !== undefined);
    return [{...partOf(first), isCounter}];
  });
};

const partOf = (row: TextRow): Part => ({table: {schema: row['schema'] ?? '', name: row['table'] ?? ''}, name: row['name'] ?? ''});

const remembered = (session: MySession): ((table: TableName) => Promise<string>) => {
  const known = new Map<string, Promise<string>>();
  return (table) => {
    const ddl = known.get(nameOf(table)) ?? createTable(session, table);
    known.set(nameOf(table), ddl);
    return ddl;
  };
};
