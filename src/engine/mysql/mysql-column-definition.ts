/** A column as its own server defines it: what changes one thing about it has to say all the others again. */
import type {TableName} from '../../model/table.ts';
import type {Reads} from './mysql-change.ts';
import {createTable} from './mysql-create-table.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName} from './mysql-sql.ts';

/** From its type on; it must be there. */
export const definitionOf =
  (column: string): Reads =>
  (session, table) =>
    columnDefinition(session, table, column);

const columnDefinition = async (session: MySession, table: TableName, column: string): Promise<string> => {
  const start = `  ${quoteName(column)} `;
  const line = (await createTable(session, table)).split('\n').find((one) => one.startsWith(start));
  if (line === undefined) throw new Error(`the server does not tell the column ${column} of a table that has it`);
  return line.slice(start.length).replace(/,$/, '');
};

/** A type and its character set; then whether it may be empty, before everything else that there is. */
const PARTS =
  /^([a-z0-9_]+(?:\((?:'(?:[^'\\]|\\.|'')*'|[^)'])*\))?(?: unsigned)?(?: zerofill)?(?: \/\*M?!\d+ COMPRESSED\*\/)?(?: CHARACTER SET \w+)?(?: COLLATE \w+)?)(?: NOT NULL| NULL)?( DEFAULT NULL)?/;

export const mandatory = (definition: string): string => definition.replace(PARTS, '$1 NOT NULL');

export const optional = (definition: string): string => definition.replace(PARTS, '$1 NULL$2');
