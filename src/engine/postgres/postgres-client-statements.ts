/** What is sent to end the transactions of others, apart from who sends it: `plan` and `sql` show the same text. */
import type {Sql} from './postgres-statement.ts';

/** Of these processes those that are in the same transaction still. `blockers`: JSON, or what stands for it. */
export const endTransactions = (blockers: string): Sql => ({
  text: `SELECT a.pid::text AS process, pg_terminate_backend(a.pid)::text AS ended
    FROM pg_stat_activity a JOIN json_to_recordset($1::json) AS one (process int, transaction text) ON one.process = a.pid AND one.transaction = extract(epoch FROM a.xact_start)::text`,
  values: [blockers],
});
