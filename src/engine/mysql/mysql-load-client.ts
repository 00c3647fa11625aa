/** One client of a generated load: writes as an application does, and says of each write what became of it. */
import type {LoadClient, Written} from '../rehearsing.ts';
import {isCoded} from '../../model/errors.ts';
import {type Column, type Table, writtenColumns} from '../../model/table.ts';
import {isBusy, numberOf, refusedValues} from './mysql-errors.ts';
import {hasKey, literal, oneOf, selectRows} from './mysql-read-statements.ts';
import {columnOf, deleteOf, insertOf, updateOf} from './mysql-row-statements.ts';
import {rowsOf} from './mysql-row-stream.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteName} from './mysql-sql.ts';

/** The fence's, and that of a server that can only be read. */
const CLOSED: ReadonlySet<number> = new Set([1290, 1836]);
/** A trigger of the application, a foreign key. */
const REFUSED: ReadonlySet<number> = new Set([1451, 1452, 1644]);
/** The cutover ends sessions on purpose, and a hold of a transaction that waits is no answer. */
const LOCK_WAIT_S = 20;

export async function mysqlLoadClient(sessions: MySessions): Promise<LoadClient> {
  let session: MySession | undefined;
  const open = async (): Promise<MySession> => {
    if (session) return session;
    session = await sessions.open('load');
    await session.query(`SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_S}, lock_wait_timeout = ${LOCK_WAIT_S}`);
    return session;
  };
  const forget = async (): Promise<void> => {
    await session?.close();
    session = undefined;
  };
  /** Each of them has to find its row, or none is carried out. */
  const write = async (...statements: readonly (() => string)[]): Promise<Written> => {
    let isSent = false;
    try {
      const through = await open();
      isSent = true;
      await through.transaction('START TRANSACTION', async () => {
        for (const statement of statements) if ((await through.query(statement())).rowCount !== 1) throw new NoSuchRow();
      });
      return 'done';
    } catch (error) {
      const said = answered(error);
      if (said === undefined) await forget();
      return said ?? (isSent ? 'unknown' : 'closed');
    }
  };
  return {
    update: (table, key, column, value) =>
      write(() => updateOf(table, [`${quoteName(column)} = ${literal(columnOf(table, column), value)}`], hasKey(table, key))),
    replace: (table, key, row) =>
      write(
        () => deleteOf(table, hasKey(table, key)),
        () => insert(table, row, writtenColumns(table)),
      ),
    read: async (table, key) => (await rowsOf(await open(), selectRows(table, oneOf(table, [key])), writtenColumns(table)))[0],
    close: forget,
  };
}

class NoSuchRow extends Error {}

/** Undefined: the connection is gone, and nobody says whether the write was done. */
function answered(error: unknown): Written | undefined {
  if (error instanceof NoSuchRow) return 'refused';
  const number = numberOf(isCoded(error) ? error.cause : error) ?? 0;
  if (CLOSED.has(number)) return 'closed';
  return REFUSED.has(number) || isBusy(error) || refusedValues(error) !== undefined || isGrant(error) ? 'refused' : undefined;
}

const isGrant = (error: unknown): boolean => isCoded(error) && error.code === 'CF-GRANT-001';

const insert = (table: Table, row: Readonly<Record<string, string | null>>, columns: readonly Column[]): string =>
  insertOf(
    table,
    columns.map(({name}) => name),
    `(${columns.map((column) => literal(column, row[column.name] ?? null)).join(', ')})`,
  );
