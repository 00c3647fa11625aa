/**
 * Where a server tells who is connected and which transactions are open. MySQL shows each statement's text there in utf8mb3, and
 * from 9.4 on answers any question with an error while a statement at work holds a sign of four bytes (docs/decisions/0044). Then
 * the same is put together from its performance schema, which tells times less exactly.
 */
import {isCoded} from '../../model/errors.ts';
import {numberOf} from './mysql-errors.ts';

export type ServerTables = {
  readonly processes: string;
  /** With the columns of INNODB_TRX that are asked for. */
  readonly transactions: string;
  /** The same text as long as it is the same transaction. */
  readonly nameOf: (transaction: string) => string;
};

const USUAL: ServerTables = {
  processes: 'information_schema.processlist',
  transactions: 'information_schema.innodb_trx',
  nameOf: (transaction) => `concat(${transaction}.trx_id, ' ', ${transaction}.trx_started)`,
};

const NOW = `convert_tz(utc_timestamp(6), '+00:00', 'SYSTEM')`;
const COLUMNS = `IF(e.xa_state = 'PREPARED', 0, coalesce(t.processlist_id, 0)) AS trx_mysql_thread_id,
         ${NOW} - INTERVAL coalesce(e.timer_wait, 0) / 1e6 MICROSECOND AS trx_started, ${NOW} - INTERVAL coalesce(t.processlist_time, 0) SECOND AS trx_wait_started,
         coalesce(e.event_id, '') AS event`;

/** A transaction's lock of a table is its own session's, which that of a row need not be; one that has only read has none. */
const INSTRUMENTED: ServerTables = {
  processes: 'performance_schema.processlist',
  transactions: `(
  SELECT o.trx_id AS trx_id, ${COLUMNS},
         IF(EXISTS (SELECT 1 FROM performance_schema.data_lock_waits w WHERE w.requesting_engine_transaction_id = o.trx_id), 'LOCK WAIT', 'RUNNING') AS trx_state
    FROM (SELECT engine_transaction_id AS trx_id, max(thread_id) AS thread FROM performance_schema.data_locks WHERE lock_type = 'TABLE' GROUP BY 1) o
    LEFT JOIN performance_schema.threads t ON t.thread_id = o.thread
    LEFT JOIN performance_schema.events_transactions_current e ON e.thread_id = o.thread AND e.state = 'ACTIVE'
  UNION ALL
  SELECT '', ${COLUMNS}, 'RUNNING'
    FROM performance_schema.events_transactions_current e JOIN performance_schema.threads t ON t.thread_id = e.thread_id
   WHERE e.state = 'ACTIVE' AND t.processlist_id IS NOT NULL
     AND e.thread_id NOT IN (SELECT thread_id FROM performance_schema.data_locks WHERE lock_type = 'TABLE' AND thread_id IS NOT NULL))`,
  nameOf: (transaction) => `concat(${transaction}.trx_id, '.', ${transaction}.event)`,
};

const CANNOT_CONVERT_STRING = 3854;

/** `ask` may be called twice. */
export async function askTables<T>(ask: (tables: ServerTables) => Promise<T>): Promise<T> {
  try {
    return await ask(USUAL);
  } catch (error) {
    if (!isNotShown(error)) throw error;
    return ask(INSTRUMENTED);
  }
}

/** The answer to a question about the usual tables. */
export const isNotShown = (error: unknown): boolean => numberOf(isCoded(error) ? error.cause : error) === CANNOT_CONVERT_STRING;
