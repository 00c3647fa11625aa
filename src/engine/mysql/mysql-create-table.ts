/** A table's DDL as its own server writes it, which it does line by line: a column, an index or a constraint each. */
import type {TableName} from '../../model/table.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';

/** Names its own table without the schema. Where its counter stands is told elsewhere. */
export const createTable = async (session: MySession, table: TableName): Promise<string> => {
  const row = await session.one(showCreate(table));
  const lines = (row['Create Table'] ?? '').split('\n');
  return lines.map((line) => (line.startsWith(')') ? line.replace(/ AUTO_INCREMENT=\d+\b/, '') : line)).join('\n');
};

export const showCreate = (table: TableName): string => `SHOW CREATE TABLE ${quoteTable(table)}`;

/** What the table has by this name, as ALTER TABLE … ADD takes it. */
export const definitionOf = (ddl: string, kind: 'UNIQUE KEY' | 'CONSTRAINT', name: string): string => {
  const line = ddl.split('\n').find((one) => one.startsWith(`  ${kind} ${quoteName(name)} `));
  if (line === undefined) throw new Error(`the server does not tell ${kind} ${name} of a table that has it`);
  return line.trim().replace(/,$/, '');
};

/** An index in the same words; undefined where the table has none of this name. */
export const indexDefinition = (ddl: string, name: string): string | undefined => {
  const line = ddl.split('\n').find((one) => one.replace(/^ {2}[A-Z ]*KEY /, '').startsWith(`${quoteName(name)} (`));
  return line?.trim().replace(/,$/, '');
};
