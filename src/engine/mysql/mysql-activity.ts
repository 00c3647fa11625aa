/**
 * What our sessions wait for on one server, seen from a session that does nothing else. Rows that are locked InnoDB tells
 * (PROCESS, and on MySQL its performance schema); tables only the performance schema does, where MariaDB has it switched on.
 * What an index is built from is told by no server without instruments that are off, so nothing is said of that.
 */
import type {Activity, Blocking, Look, StatementWait} from '../activity.ts';
import type {MigrationRef} from '../engine.ts';
import {applicationOf, attributes, mayReadPerformanceSchema, notOurs} from './mysql-clients.ts';
import type {Flavour, FlavourName} from './mysql-flavour.ts';
import {executedPosition} from './mysql-mark.ts';
import {type Account, readAccount} from './mysql-privileges.ts';
import {askTables, type ServerTables} from './mysql-server-tables.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';

type Known = {readonly session: MySession; readonly account: Account};

export const mysqlActivity = (sessions: MySessions, migration: MigrationRef): Activity => {
  let known: Known | undefined;
  const open = async (): Promise<Known> => {
    const session = await sessions.open('look');
    return {session, account: await readAccount(session)};
  };
  return {
    async look() {
      const {session, account} = (known ??= await open());
      try {
        return await lookWith(session, account, sessions, migration);
      } catch (error) {
        known = undefined;
        await session.close();
        throw error;
      }
    },
  };
};

const lookWith = async (session: MySession, account: Account, sessions: MySessions, migration: MigrationRef): Promise<Look> => {
  const position = await executedPosition(session);
  const purposes = sessions.purposes;
  const told = waitsTold(session.flavour, account);
  if (!told.length) return {position, waits: [], builds: []};
  const pids = [...purposes.keys()].join(', ');
  const {rows} = await askTables((tables) =>
    session.query(
      `SELECT w.waiting, w.waited_ms, w.tab, w.process, coalesce(p.user, '') AS role, ${applicationOf(account)} AS application,
            timestampdiff(SECOND, w.began, ${NOW}) * 1000 AS age_ms,
            IF(p.command = 'Sleep', 'idle in transaction', coalesce(nullif(p.state, ''), p.command, 'prepared')) AS state
       FROM (${told.map((waits) => waits(pids, tables)).join(' UNION ALL ')}) w LEFT JOIN ${tables.processes} p ON p.id = w.process ${attributes(account, 'w.process')}
      WHERE ${notOurs(sessions, migration, account, 'w.process')} ORDER BY w.waiting, w.began`,
    ),
  );
  return {position, waits: grouped(rows, purposes), builds: []};
};

/** InnoDB tells times in the server's own zone, to the second. */
const NOW = `convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')`;

/** Of these sessions of ours. */
type Waits = (pids: string, tables: ServerTables) => string;

const rowWaits =
  (from: (transactions: string) => string): Waits =>
  (pids, {transactions}) =>
    `SELECT r.trx_mysql_thread_id AS waiting, timestampdiff(SECOND, r.trx_wait_started, ${NOW}) * 1000 AS waited_ms, NULL AS tab,
            b.trx_mysql_thread_id AS process, b.trx_started AS began
       FROM ${from(transactions)} WHERE r.trx_mysql_thread_id IN (${pids})`;

const ROW_WAITS: Readonly<Record<FlavourName, Waits>> = {
  mysql: rowWaits(
    (transactions) => `performance_schema.data_lock_waits w JOIN ${transactions} r ON r.trx_id = w.requesting_engine_transaction_id
                   JOIN ${transactions} b ON b.trx_id = w.blocking_engine_transaction_id`,
  ),
  mariadb: rowWaits(
    (transactions) => `information_schema.innodb_lock_waits w JOIN ${transactions} r ON r.trx_id = w.requesting_trx_id
                     JOIN ${transactions} b ON b.trx_id = w.blocking_trx_id`,
  ),
};

/** Whoever wants the whole table waits for everybody who uses it; everybody waits for whoever has it for himself. */
const TABLE_WAITS: Waits = (pids, {transactions}) => `
  SELECT wt.processlist_id, wt.processlist_time * 1000, concat(w.object_schema, '.', w.object_name), gt.processlist_id,
         (SELECT max(trx_started) FROM ${transactions} o WHERE trx_mysql_thread_id = gt.processlist_id)
    FROM performance_schema.metadata_locks w JOIN performance_schema.threads wt ON wt.thread_id = w.owner_thread_id
    JOIN performance_schema.metadata_locks g ON g.object_type = w.object_type AND g.object_schema = w.object_schema AND g.object_name = w.object_name
     AND g.lock_status = 'GRANTED' AND g.owner_thread_id <> w.owner_thread_id
    JOIN performance_schema.threads gt ON gt.thread_id = g.owner_thread_id
   WHERE w.lock_status = 'PENDING' AND w.object_type = 'TABLE' AND wt.processlist_id IN (${pids})
     AND (w.lock_type = 'EXCLUSIVE' OR g.lock_type IN ('EXCLUSIVE', 'SHARED_NO_READ_WRITE', 'SHARED_NO_WRITE', 'SHARED_READ_ONLY'))`;

const waitsTold = ({name}: Flavour, account: Account): readonly Waits[] => {
  if (!account.holdsOne(['PROCESS'])) return [];
  const isTold = mayReadPerformanceSchema(account);
  return [...(name === 'mysql' && !isTold ? [] : [ROW_WAITS[name]]), ...(isTold ? [TABLE_WAITS] : [])];
};

/** One row for each that stands in the way; of those that the same statement waits for, each process once. */
const grouped = (rows: readonly TextRow[], purposes: ReadonlyMap<number, string>): readonly StatementWait[] => {
  const waits = new Map<string, StatementWait & {readonly blockers: Blocking[]}>();
  for (const row of rows) {
    const waiting = row['waiting'] ?? '';
    const wait = waits.get(waiting) ?? {
      purpose: purposes.get(Number(waiting)) ?? '',
      waitedMs: Math.max(0, Number(row['waited_ms'] ?? 0)),
      table: row['tab'] ?? undefined,
      blockers: [],
    };
    const blocking = toBlocking(row);
    if (!wait.blockers.some(({process}) => process === blocking.process)) wait.blockers.push(blocking);
    waits.set(waiting, wait);
  }
  return [...waits.values()];
};

const toBlocking = (row: TextRow): Blocking => {
  const process = Number(row['process'] ?? 0);
  return {
    process: process === 0 ? undefined : process,
    transaction: '',
    role: row['role'] ?? '',
    application: row['application'] ?? '',
    ageMs: typeof row['age_ms'] === 'string' ? Math.max(0, Number(row['age_ms'])) : undefined,
    state: row['state'] ?? '',
    // A prepared transaction has no process, and its name is told to nobody who asks for locks.
    endedBy: process === 0 ? 'XA ROLLBACK of the transaction that XA RECOVER CONVERT XID names' : `KILL ${process}`,
  };
};
