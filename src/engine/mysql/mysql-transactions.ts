/**
 * The transactions that are open on a server, in the words of each product. MySQL's come from its performance schema, which is
 * renewed at once and answers whatever the statements at work hold (see `Flavour.processes`); it names a transaction by thread
 * and event, because InnoDB's numbers change with the first write.
 */
import type {FlavourName} from './mysql-flavour.ts';
import {quoteValue} from './mysql-sql.ts';

/** InnoDB tells times in the server's own zone, to the second. */
const NOW = `convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')`;
export const msSince = (column: string): string => `timestampdiff(SECOND, ${column}, ${NOW}) * 1000`;

/** Of `events_transactions_current`, whose times are picoseconds. */
export const EVENT_MS = (event: string): string => `round(${event}.timer_wait / 1e9)`;

/** Rows with `process`, `transaction` (the same as long as it is open) and `age_ms`. */
export const OPEN_TRANSACTIONS: Readonly<Record<FlavourName, string>> = {
  mysql: `SELECT t.processlist_id AS process, concat(e.thread_id, '.', e.event_id) AS transaction, ${EVENT_MS('e')} AS age_ms
            FROM performance_schema.events_transactions_current e JOIN performance_schema.threads t ON t.thread_id = e.thread_id
           WHERE e.state = 'ACTIVE' AND t.processlist_id IS NOT NULL`,
  mariadb: `SELECT trx_mysql_thread_id AS process, concat(trx_id, ' ', trx_started) AS transaction, ${msSince('trx_started')} AS age_ms
              FROM information_schema.innodb_trx`,
};

/** What else has to be so for them to be told: one number, not 0 where it is. */
export const TRANSACTIONS_TOLD: Readonly<Record<FlavourName, {readonly ask: string; readonly otherwise: string}>> = {
  mysql: {
    ask: `SELECT count(*) AS told FROM performance_schema.setup_consumers WHERE name = 'events_transactions_current' AND enabled = 'YES'`,
    otherwise: 'performance_schema is off, or its consumer events_transactions_current',
  },
  mariadb: {ask: 'SELECT 1 AS told', otherwise: ''},
};

/** Somebody whom a statement waits for: InnoDB's number of the transaction, and what MySQL knows its thread by. */
export type WaitedFor = {readonly id: string; readonly thread: number | undefined};

/** Parts of a SELECT. */
export type InTheWay = {
  readonly from: string;
  readonly process: string;
  readonly transaction: string;
  /** Whether the server tells of it when it has ended. */
  readonly isTold: string;
  readonly ageMs: string;
  readonly isWaiting: string;
};

/** One row for each of these transactions, and of the transactions of these processes, of which there are some. */
export const IN_THE_WAY: Readonly<Record<FlavourName, (waited: readonly WaitedFor[], processes: readonly number[]) => InTheWay>> = {
  mysql: (waited, processes) => ({
    from: `(${[
      ...waited.map(({id, thread}) => `SELECT ${quoteValue(id)} AS id, ${thread ?? 'NULL'} AS thread`),
      ...(processes.length
        ? [`SELECT NULL AS id, thread_id AS thread FROM performance_schema.threads WHERE processlist_id IN (${processes.join(', ')})`]
        : []),
    ].join(' UNION ')}) w
      LEFT JOIN performance_schema.threads t ON t.thread_id = w.thread
      LEFT JOIN performance_schema.events_transactions_current e ON e.thread_id = w.thread AND e.state = 'ACTIVE'`,
    process: 't.processlist_id',
    transaction: `coalesce(concat(e.thread_id, '.', e.event_id), w.id, '')`,
    isTold: 'e.event_id IS NOT NULL',
    ageMs: EVENT_MS('e'),
    isWaiting: 'EXISTS (SELECT 1 FROM performance_schema.data_lock_waits l WHERE l.requesting_thread_id = w.thread)',
  }),
  mariadb: (waited, processes) => ({
    from: `(SELECT trx_mysql_thread_id AS process, concat(trx_id, ' ', trx_started) AS transaction, ${msSince('trx_started')} AS age_ms, trx_state AS state
              FROM information_schema.innodb_trx
             WHERE ${[
               ...waited.map(({id}) => `trx_id = ${quoteValue(id)}`),
               ...processes.map((process) => `trx_mysql_thread_id = ${process}`),
             ].join(' OR ')}) w`,
    process: 'w.process',
    transaction: 'w.transaction',
    isTold: 'TRUE',
    ageMs: 'w.age_ms',
    isWaiting: `w.state = 'LOCK WAIT'`,
  }),
};
