/** What our sessions wait for and build on one server, seen from a session that does nothing else. */
import type {Activity, Blocking, IndexBuild, Look, StatementWait, Withheld} from '../activity.ts';
import type {MigrationRef} from '../engine.ts';
import {toPosition} from './postgres-position.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';

export const postgresActivity = (sessions: PgSessions, migration: MigrationRef): Activity => {
  let known: PgSession | undefined;
  return {
    async look() {
      const session = (known ??= await sessions.open('look'));
      try {
        return await lookWith(session, sessions, `crossfade ${migration.short} `);
      } catch (error) {
        known = undefined;
        await session.close();
        throw error;
      }
    },
  };
};

const lookWith = async (session: PgSession, sessions: PgSessions, prefix: string): Promise<Look> => {
  const log = await session.one(LOG, [`${prefix}%`]);
  const locked = await session.query(LOCK_WAITS, [`${prefix}%`]);
  const builds = await session.query(BUILDS, [`${prefix}%`]);
  const invisible = await waitsForVisibility(session, sessions, prefix);
  return {
    position: toPosition(log['lsn'] ?? ''),
    waits: [...grouped(locked.rows, prefix), ...invisible],
    builds: builds.rows.map(toBuild),
    withheld: toWithheld(log),
  };
};

/**
 * Functions that lock the lock table are called for the few that wait. A process 0 is a prepared transaction. `LIKE` by
 * name and by role, because anybody may choose a name.
 */
const LOCK_WAITS = `
  WITH waiting AS MATERIALIZED (
    SELECT pid, application_name, query_start, pg_blocking_pids(pid) AS behind FROM pg_stat_activity
     WHERE datname = current_database() AND usename = session_user AND application_name LIKE $1 AND wait_event_type = 'Lock')
  SELECT w.pid::text AS waiting, w.application_name AS session, round(extract(epoch FROM clock_timestamp() - coalesce(l.waitstart, w.query_start)) * 1000)::text AS waited_ms,
         l.relation::regclass::text AS tab, nullif(behind.pid, 0)::text AS process, coalesce(p.gid, '') AS transaction, coalesce(p.owner, b.usename, '')::text AS role,
         coalesce(b.application_name, '') AS application, round(extract(epoch FROM clock_timestamp() - coalesce(p.prepared, b.xact_start)) * 1000)::text AS age_ms,
         CASE WHEN p.gid IS NULL THEN coalesce(b.state, '') ELSE 'prepared' END AS state
    FROM waiting w CROSS JOIN LATERAL unnest(w.behind) AS behind (pid)
    LEFT JOIN LATERAL (SELECT waitstart, relation, transactionid FROM pg_locks WHERE pid = w.pid AND NOT granted LIMIT 1) l ON true
    LEFT JOIN pg_stat_activity b ON b.pid = behind.pid
    LEFT JOIN pg_prepared_xacts p ON behind.pid = 0 AND (l.transactionid IS NULL OR p.transaction = l.transactionid)
   WHERE NOT coalesce(b.application_name LIKE $1 AND b.usename = session_user, false)
   ORDER BY w.pid, b.xact_start`;

/** Its end, and who of ours waits for a standby to have it; those of others wait as well, as every commit of the server does. */
const LOG = `
  SELECT pg_current_wal_insert_lsn()::text AS lsn, count(*)::text AS statements, round(max(extract(epoch FROM clock_timestamp() - query_start)) * 1000)::text AS waited_ms,
         current_setting('synchronous_standby_names') AS standbys
    FROM pg_stat_activity WHERE datname = current_database() AND usename = session_user AND application_name LIKE $1 AND wait_event = 'SyncRep'`;

const toWithheld = (row: TextRow): Withheld | undefined =>
  row['statements'] === '0'
    ? undefined
    : {
        statements: Number(row['statements']),
        waitedMs: Number(row['waited_ms']),
        standbys: `synchronous_standby_names is '${row['standbys']}'`,
        endedBy: `ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf()`,
      };

/** Of whoever has written before that transaction, in any database of the server: a snapshot waits for all of them. */
const OLDER_WRITERS = `
  SELECT pid::text AS process, '' AS transaction, coalesce(usename, '')::text AS role, coalesce(application_name, '') AS application,
         round(extract(epoch FROM clock_timestamp() - xact_start) * 1000)::text AS age_ms, coalesce(state, '') AS state
    FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND age(backend_xid) > age($1::text::xid8::xid) AND NOT coalesce(application_name LIKE $2 AND usename = session_user, false)
  UNION ALL
  SELECT NULL, gid, owner::text, '', round(extract(epoch FROM clock_timestamp() - prepared) * 1000)::text, 'prepared'
    FROM pg_prepared_xacts WHERE age(transaction) > age($1::text::xid8::xid)
   ORDER BY 5 DESC LIMIT 5`;

/** A plain build knows its index only at its end, so it is named by its table. */
const BUILDS = `
  SELECT p.relid::regclass::text AS tab, p.phase, p.blocks_done::text, p.blocks_total::text, p.tuples_done::text, p.tuples_total::text,
         round(extract(epoch FROM clock_timestamp() - a.query_start) * 1000)::text AS age_ms
    FROM pg_stat_progress_create_index p JOIN pg_stat_activity a USING (pid)
   WHERE p.datname = current_database() AND a.usename = session_user AND a.application_name LIKE $1`;

const waitsForVisibility = async (session: PgSession, sessions: PgSessions, prefix: string): Promise<readonly StatementWait[]> => {
  const {clock} = sessions.options.effects;
  const [oldest] = [...sessions.barriers];
  if (!oldest) return [];
  const {rows} = await session.query(OLDER_WRITERS, [oldest.transaction, `${prefix}%`]);
  const waitedMs = Math.round(clock.monotonicMs() - oldest.sinceMs);
  return rows.length ? [{purpose: 'visible', waitedMs, table: undefined, blockers: rows.map(toBlocking)}] : [];
};

/** One row for each that stands in the way; of those that the same statement waits for, each process once. */
const grouped = (rows: readonly TextRow[], prefix: string): readonly StatementWait[] => {
  const waits = new Map<string, StatementWait & {readonly blockers: Blocking[]}>();
  for (const row of rows) {
    const wait = waits.get(row['waiting'] ?? '') ?? {
      purpose: (row['session'] ?? '').slice(prefix.length),
      waitedMs: Number(row['waited_ms'] ?? 0),
      table: row['tab'] ?? undefined,
      blockers: [],
    };
    const blocking = toBlocking(row);
    if (!wait.blockers.some((one) => one.process === blocking.process && one.transaction === blocking.transaction))
      wait.blockers.push(blocking);
    waits.set(row['waiting'] ?? '', wait);
  }
  return [...waits.values()];
};

const toBlocking = (row: TextRow): Blocking => ({
  process: numberOf(row['process']),
  transaction: row['transaction'] ?? '',
  role: row['role'] ?? '',
  application: row['application'] ?? '',
  ageMs: numberOf(row['age_ms']),
  state: row['state'] ?? '',
  endedBy: endedBy(numberOf(row['process']), row['transaction'] ?? ''),
});

export const endedBy = (process: number | undefined, transaction: string): string =>
  process === undefined ? `ROLLBACK PREPARED '${transaction.replaceAll("'", "''")}'` : `SELECT pg_terminate_backend(${process})`;

const toBuild = (row: TextRow): IndexBuild => {
  const hasRows = Number(row['tuples_total'] ?? 0) > 0;
  return {
    table: row['tab'] ?? '',
    phase: row['phase'] ?? '',
    done: Number(row[hasRows ? 'tuples_done' : 'blocks_done'] ?? 0),
    total: Number(row[hasRows ? 'tuples_total' : 'blocks_total'] ?? 0),
    unit: hasRows ? 'rows' : 'blocks',
    ageMs: Number(row['age_ms'] ?? 0),
  };
};

const numberOf = (text: string | null | undefined): number | undefined => (typeof text === 'string' ? Number(text) : undefined);
