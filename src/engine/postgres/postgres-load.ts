/** How much a server has to do for everybody: by its own counts. */
import type {Load} from '../load.ts';
import {toPosition} from './postgres-position.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {recordSchema} from './postgres-statement-record.ts';

export const postgresLoad = (sessions: PgSessions): Load => ({
  connections: () =>
    sessions.use(async (session) => {
      const {used, most} = await session.one(
        `SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::text AS used, current_setting('max_connections') AS most`,
      );
      return {used: Number(used), max: Number(most)};
    }),
  statements: () => sessions.use(statements),
  written: () => sessions.use(async (session) => position((await session.one('SELECT pg_current_wal_flush_lsn()::text AS lsn'))['lsn'])),
  followed: () => sessions.use(async (session) => position((await session.one('SELECT pg_last_wal_replay_lsn()::text AS lsn'))['lsn'])),
  followers: () =>
    sessions.use(async (session) => {
      const {rows} = await session.query(FOLLOWERS);
      return rows.map(({name, lsn}) => ({name: name ?? '', followed: lsn ? toPosition(lsn) : undefined}));
    }),
});

const position = (lsn: string | null | undefined) => {
  if (lsn) return toPosition(lsn);
  throw new Error('this server is no replica: it replays no log');
};

/** Streams of logical decoding are no replicas. Whose place is not shown to us has none. */
const FOLLOWERS = `
  SELECT coalesce(nullif(application_name, ''), host(client_addr), 'process ' || pid) AS name, replay_lsn::text AS lsn
    FROM pg_stat_replication
   WHERE state IS DISTINCT FROM 'backup' AND pid NOT IN (SELECT active_pid FROM pg_replication_slots WHERE slot_type = 'logical' AND active_pid IS NOT NULL)
   ORDER BY 1`;

const statements = async (session: PgSession) => {
  const schema = await recordSchema(session);
  if (schema === undefined)
    throw new Error('the server counts no statements: CREATE EXTENSION pg_stat_statements, or give the throttle a query');
  const {count, total} = await session.one(
    `SELECT coalesce(sum(calls), 0)::text AS count, coalesce(sum(total_exec_time), 0)::text AS total
       FROM ${schema}.pg_stat_statements
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND userid <> session_user::regrole::oid`,
  );
  return {count: Number(count), totalMs: Number(total)};
};
