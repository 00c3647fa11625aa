import type {Table} from '../../model/table.ts';
import type {Blocker, Clients, ClientSessions, MigrationRef} from '../engine.ts';
import {endTransactions} from './postgres-client-statements.ts';
import {readRights} from './postgres-client-rights.ts';
import type {TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {isNamed, quoteName, tableNames, textArray} from './postgres-sql.ts';

export const postgresClients = (sessions: PgSessions, migration: MigrationRef): Clients => ({
  async blockers(tables, processes) {
    const {rows} = await sessions.use((session) =>
      session.query(BLOCKERS, [tableNames(tables.flatMap(withPartitions)), `{${processes.join()}}`, ours(migration)]),
    );
    return rows.map(toBlocker);
  },
  async end(blockers) {
    const {rows} = await sessions.use((session) =>
      session.send(endTransactions(JSON.stringify(blockers.map(({process, transaction}) => ({process, transaction}))))),
    );
    const ended = new Set(rows.filter((row) => row['ended'] === 'true').map((row) => Number(row['process'])));
    return blockers.filter(({process}) => process !== undefined && ended.has(process));
  },
  rights: (roles, tables) => sessions.use((session) => readRights(session, roles, tables)),
  async sessions(roles) {
    const {rows} = await sessions.use((session) => session.query(SESSIONS, [textArray(roles), ours(migration)]));
    return rows.map(
      (row): ClientSessions => ({role: row['role'] ?? '', application: row['application'] ?? '', sessions: Number(row['sessions'])}),
    );
  },
});

const withPartitions = ({name, partitions}: Table) => [name, ...partitions];

/** As `postgres-connection.ts` names sessions, the watchdog's among them. The name alone proves nothing: anybody may choose it. */
const ours = ({short}: MigrationRef): string => `crossfade ${short} %`;

/**
 * CREATE TRIGGER asks for SHARE ROW EXCLUSIVE, which each of these modes keeps waiting; so does whoever waits in front of
 * it for more than a writer does. A parallel worker stands for its leader. The locks of a prepared transaction belong to
 * no process; that on its own number leads to it.
 */
const BLOCKERS = `
  WITH holder AS (
    SELECT pid, virtualtransaction FROM pg_locks
     WHERE locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND relation IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE ${isNamed('$1')})
       AND mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
       AND (granted OR mode <> 'RowExclusiveLock')
    UNION
    SELECT pid, virtualtransaction FROM pg_locks WHERE locktype = 'virtualxid' AND granted AND mode = 'ExclusiveLock' AND pid = ANY ($2::int[])
  )
  SELECT DISTINCT a.pid::text AS process, coalesce(p.gid, extract(epoch FROM a.xact_start)::text, '') AS transaction, coalesce(p.owner, a.usename, '')::text AS role,
         coalesce(a.application_name, '') AS application, round(extract(epoch FROM clock_timestamp() - coalesce(p.prepared, a.xact_start)) * 1000)::text AS age_ms,
         coalesce(a.state, '') AS state, concat_ws('/', a.wait_event_type, a.wait_event) AS waits_in, (p.gid IS NOT NULL)::text AS prepared, a.backend_type AS kind,
         coalesce(r.rolsuper, false)::text AS super, (me.rolsuper OR pg_has_role(a.usesysid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))::text AS may_signal,
         me.rolsuper::text AS am_super, me.rolname::text AS me
    FROM holder h JOIN pg_roles me ON me.rolname = current_user
    LEFT JOIN pg_stat_activity w ON w.pid = h.pid LEFT JOIN pg_stat_activity a ON a.pid = coalesce(w.leader_pid, w.pid)
    LEFT JOIN pg_roles r ON r.oid = a.usesysid LEFT JOIN pg_locks t ON h.pid IS NULL AND t.pid IS NULL AND t.locktype = 'transactionid' AND t.virtualtransaction = h.virtualtransaction
    LEFT JOIN pg_prepared_xacts p ON p.transaction = t.transactionid
   WHERE (a.pid IS NOT NULL OR p.gid IS NOT NULL) AND NOT coalesce(a.application_name LIKE $3 AND a.usename = session_user, false)
   ORDER BY 1, 2`;

const SESSIONS = `
  SELECT usename::text AS role, coalesce(application_name, '') AS application, count(*)::text AS sessions FROM pg_stat_activity
   WHERE datname = current_database() AND usename = ANY ($1::name[]) AND NOT (application_name LIKE $2 AND usename = session_user)
   GROUP BY 1, 2 ORDER BY 1, 2`;

const toBlocker = (row: TextRow): Blocker => ({
  process: numberOf(row['process']),
  transaction: row['transaction'] ?? '',
  role: row['role'] ?? '',
  application: row['application'] ?? '',
  ageMs: numberOf(row['age_ms']),
  state: row['prepared'] === 'true' ? 'prepared' : (row['state'] ?? ''),
  waitsIn: row['waits_in'] ?? '',
  cannotEnd: obstacle(row),
});

/** What it is, as long as we are not shown it, may be a sender of the log: such a one is never ended. */
const obstacle = (row: TextRow): string | undefined => {
  const me = quoteName(row['me'] ?? '');
  if (row['prepared'] === 'true') return 'only COMMIT PREPARED or ROLLBACK PREPARED ends it';
  if (typeof row['kind'] !== 'string') return `what it is cannot be seen without GRANT pg_monitor TO ${me}`;
  if (row['kind'] !== 'client backend') return `it is no client but a ${row['kind']}`;
  if (row['super'] === 'true' && row['am_super'] !== 'true') return 'it belongs to a superuser';
  return row['may_signal'] === 'true' ? undefined : `that needs GRANT pg_signal_backend TO ${me}`;
};

const numberOf = (text: string | null | undefined): number | undefined => (typeof text === 'string' ? Number(text) : undefined);
