/** One client of a generated load: writes as an application does, and says of each write what became of it. */
import type {Key, Row, Value} from '../../model/change.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {ReplayClient, ReplayedChange} from '../cloning.ts';
import type {Written} from '../rehearsing.ts';
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

export async function postgresLoadClient(sessions: PgSessions): Promise<ReplayClient> {
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
  type Committed = {readonly written: Written; readonly rows: readonly number[]};
  const commit = async (statements: readonly string[], found?: 'one each'): Promise<Committed> => {
    let isSent = false;
    const rows: number[] = [];
    try {
      const through = await open();
      isSent = true;
      await through.transaction('BEGIN', async () => {
        for (const statement of statements) rows.push((await through.query(statement)).rowCount);
        if (found && rows.some((count) => count !== 1)) throw new NoSuchRow();
      });
      return {written: 'done', rows};
    } catch (error) {
      if (error instanceof NoSuchRow) return {written: 'refused', rows};
      const code = codeOf(error) ?? '';
      if (code === CLOSED) return {written: 'closed', rows};
      if (REFUSED.test(code)) return {written: 'refused', rows};
      await forget();
      return {written: isSent ? 'unknown' : 'closed', rows};
    }
  };
  /** Each of them has to find its row, or none is carried out. */
  const write = async (...statements: readonly string[]): Promise<Written> => (await commit(statements, 'one each')).written;
  return {
    update: (table, key, column, value) =>
      write(`UPDATE ${ownRows(table)} SET ${quoteName(column)} = ${typed(table, column, value)} WHERE ${isRow(table, key)}`),
    replace: (table, key, row) => write(`DELETE FROM ${ownRows(table)} WHERE ${isRow(table, key)}`, insert(table, row)),
    replay: (changes) => commit(changes.map(replayed)),
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

class NoSuchRow extends Error {}

const typed = (table: Table, column: string, value: Value): string => `${quoteValue(value)}::${valueType(columnOf(table, column))}`;

const isRow = (table: Table, key: Key): string => hasKey(table, '', key.map(quoteValue));

function replayed(change: ReplayedChange): string {
  const {table} = change;
  if (change.kind === 'delete') return `DELETE FROM ${ownRows(table)} WHERE ${isRow(table, change.key)}`;
  const values = changed(table, change.row);
  if (change.kind === 'update')
    return `${values ? `UPDATE ${ownRows(table)} SET ${values}` : `SELECT FROM ${ownRows(table)}`} WHERE ${isRow(table, change.key)}`;
  const key = table.key.map(quoteName).join(', ');
  return `${insert(table, change.row, Object.keys(change.row))} ON CONFLICT (${key}) DO ${values ? `UPDATE SET ${values}` : 'NOTHING'}`;
}

/** An identity that the server alone gives cannot be set. */
const changed = (table: Table, row: Row): string =>
  writtenColumns(table)
    .filter(({name, identity}) => Object.hasOwn(row, name) && identity !== 'always')
    .map(({name}) => `${quoteName(name)} = ${typed(table, name, row[name] ?? null)}`)
    .join(', ');

function insert(table: Table, row: Row, names = writtenColumns(table).map(({name}) => name)): string {
  return `INSERT INTO ${quoteTable(table.name)} (${names.map(quoteName).join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${names.map((name) => typed(table, name, row[name] ?? null)).join(', ')})`;
}
