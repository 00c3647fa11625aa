/** One client of a generated load: writes as an application does, and says of each write what became of it. */
import type {Key, Row, Value} from '../../model/change.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {LoadClient, Written} from '../cloning.ts';
import {rowsByKey} from './postgres-copy-statements.ts';
import {codeOf} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {columnOf, hasKey, ownRows, quoteName, quoteTable, quoteValue, textArray, valueType} from './postgres-sql.ts';

/** The fence's, and that of a server that can only be read. */
const CLOSED = '25006';
/** Constraints, values, and transactions that gave way to another one. */
const REFUSED = /^(22|23|40|55P03|42501)/;
/** The cutover ends sessions on purpose, and a hold of a transaction that waits is no answer. */
const STATEMENT_MS_MAX = 20_000;

export async function postgresLoadClient(sessions: PgSessions): Promise<LoadClient> {
  let session: PgSession | undefined;
  const open = async (): Promise<PgSession> => {
    if (session) return session;
    session = await sessions.open('load');
    await session.query(`SET statement_timeout = ${STATEMENT_MS_MAX}`);
    return session;
  };
  const forget = async (): Promise<void> => {
    await session?.close();
    session = undefined;
  };
  const write = async (...statements: readonly string[]): Promise<Written> => {
    let isSent = false;
    try {
      const through = await open();
      isSent = true;
      let rows = 0;
      await through.transaction('BEGIN', async () => {
        for (const statement of statements) rows = (await through.query(statement)).rowCount;
      });
      return rows === 1 ? 'done' : 'refused';
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code === CLOSED) return 'closed';
      if (REFUSED.test(code)) return 'refused';
      await forget();
      return isSent ? 'unknown' : 'closed';
    }
  };
  return {
    update: (table, key, column, value) =>
      write(`UPDATE ${ownRows(table)} SET ${quoteName(column)} = ${typed(table, column, value)} WHERE ${isRow(table, key)}`),
    replace: (table, key, row) => write(`DELETE FROM ${ownRows(table)} WHERE ${isRow(table, key)}`, insert(table, row)),
    read: async (table, key) => {
      const {rows} = await (await open()).query(
        rowsByKey(table),
        key.map((value) => textArray([value])),
      );
      return rows[0];
    },
    close: forget,
  };
}

const typed = (table: Table, column: string, value: Value): string => `${quoteValue(value)}::${valueType(columnOf(table, column))}`;

const isRow = (table: Table, key: Key): string => hasKey(table, '', key.map(quoteValue));

function insert(table: Table, row: Row): string {
  const names = writtenColumns(table).map(({name}) => name);
  return `INSERT INTO ${quoteTable(table.name)} (${names.map(quoteName).join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${names.map((name) => typed(table, name, row[name] ?? null)).join(', ')})`;
}
