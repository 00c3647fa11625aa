/**
 * The schema of tables for another server of the same product: its own SHOW CREATE TABLE, which nobody reads but the server
 * there. What is made beside tables is work for a person, and named.
 */
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {SchemaScript, SchemaStatement} from '../schema.ts';
import {createTable} from './mysql-create-table.ts';
import {readMysqlSchema} from './mysql-schema-catalog.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteValue} from './mysql-sql.ts';

/** Foreign keys rest in the sessions that run it, so the tables may come in any order. */
export const exportSchema = async (
  session: MySession,
  tables: readonly Table[],
): Promise<SchemaScript & {readonly findings: readonly Finding[]}> => {
  const preData: SchemaStatement[] = [];
  for (const [schema, here] of Map.groupBy(tables, ({name}) => name.schema)) {
    preData.push(statement(`database ${schema}`, await createDatabase(session, schema)));
    preData.push(statement(`database ${schema}`, `USE ${quoteName(schema)}`));
    for (const {name} of here) preData.push(statement(`table ${nameOf(name)}`, await createTable(session, name)));
  }
  return {preData, postData: [], findings: await leftBehind(session, tables)};
};

const statement = (object: string, sql: string): SchemaStatement => ({object, sql, roles: [], isOptional: false});

const createDatabase = async (session: MySession, schema: string): Promise<string> => {
  const {charset, collation} = await session.one(
    `SELECT default_character_set_name AS charset, default_collation_name AS collation FROM information_schema.schemata WHERE schema_name = ${quoteValue(schema)}`,
  );
  return `CREATE DATABASE IF NOT EXISTS ${quoteName(schema)} CHARACTER SET ${charset} COLLATE ${collation}`;
};

const leftBehind = async (session: MySession, tables: readonly Table[]): Promise<Finding[]> => {
  const {views, programs} = await readMysqlSchema(
    session,
    tables.map(({name}) => name),
  );
  const objects = [...views.map(({name}) => `view ${nameOf(name)}`), ...programs.map(({kind, name}) => `${kind} ${nameOf(name)}`)];
  return objects.map((object) => ({
    severity: 'warn',
    code: 'CF-SCOPE-004',
    object,
    reason: 'stays behind: it has an owner, and rights and settings of its own',
    next: 'make it on the target yourself (SHOW CREATE), before the cutover',
  }));
};
