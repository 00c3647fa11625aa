/**
 * Whom the fence has to wait for: asked by trying. Neither product tells all locks of a row, and MariaDB none of a table,
 * but both tell who keeps a statement waiting.
 */
import type {Table} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {isPassing} from './mysql-errors.ts';
import {missingTriggers} from './mysql-fence-standing.ts';
import {lockWait, tryAttempt, WRITERS_WAIT_S} from './mysql-fence-statements.ts';
import type {Flavour, FlavourName} from './mysql-flavour.ts';
import {askTables} from './mysql-server-tables.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {tableUsers} from './mysql-table-users.ts';

/** Of `?`, the server's number of a session: the transactions that its statement waits for. */
const WAITS: Readonly<Record<FlavourName, (transactions: string) => string>> = {
  mysql: (transactions) => `SELECT DISTINCT w.blocking_engine_transaction_id AS id FROM performance_schema.data_lock_waits w
          JOIN ${transactions} r ON r.trx_id = w.requesting_engine_transaction_id WHERE r.trx_mysql_thread_id = ?`,
  mariadb: (transactions) => `SELECT DISTINCT w.blocking_trx_id AS id FROM information_schema.innodb_lock_waits w
            JOIN ${transactions} r ON r.trx_id = w.requesting_trx_id WHERE r.trx_mysql_thread_id = ?`,
};

/**
 * InnoDB shows its transactions from a copy, which it renews only when nobody has read it for a tenth of a second: who asks
 * more often sees the same again and again.
 */
export const untilCopyIsOld = (session: MySession) => session.query('DO SLEEP(0.12)');

/** Identifiers of transactions; none when a fence could be raised at once. */
export const fenceBlockers = async (sessions: MySessions, {short}: MigrationRef): Promise<readonly string[]> => {
  const probe = await sessions.open('blockers');
  try {
    await probe.query(lockWait(WRITERS_WAIT_S));
    await probe.query('START TRANSACTION');
    const tried = {isOver: false};
    const over = probe
      .query(tryAttempt(short))
      .then(() => undefined, unlessBusy)
      .finally(() => (tried.isOver = true));
    over.catch(() => undefined); // asked below
    const found = await sessions.use((session) => blockersOf(session, probe.serverPid, tried));
    if (found.length === 0) await over;
    return found;
  } finally {
    probe.destroy();
  }
};

/** Processes that have a table in use whose triggers are still to be made; none where the server does not tell. */
export const triggerBlockers = async (session: MySession, {short}: MigrationRef, tables: readonly Table[]): Promise<readonly number[]> => {
  if (tables.length === 0) return [];
  const missing = await missingTriggers(session, short, tables);
  const users = await tableUsers(
    session,
    missing.map(({on}) => on),
  );
  return users === 'not told' ? [] : users;
};

const blockersOf = async (session: MySession, waiting: number, tried: {readonly isOver: boolean}): Promise<readonly string[]> => {
  for (;;) {
    const isLast = tried.isOver;
    await untilCopyIsOld(session);
    const {rows} = await askTables(({transactions}) => session.query(waitsOf(session.flavour)(transactions), [waiting]));
    if (rows.length > 0 || isLast) return rows.map(({id}) => id ?? '');
  }
};

const waitsOf = ({name}: Flavour) => WAITS[name];

const unlessBusy = (error: unknown): void => {
  if (!isPassing(error)) throw error;
};
