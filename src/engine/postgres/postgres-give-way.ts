/** Short transactions on tables in use: whoever else is there goes first. */
import type {TableName} from '../../model/table.ts';
import {giveWayTo, type Turn} from '../give-way.ts';
import {codeOf} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable} from './postgres-sql.ts';

/** While we wait for a lock on a table, everybody who comes later waits behind us. */
export const LOCK_TIMEOUT_MS = 200;
const LOCK_TIMEOUT = `${LOCK_TIMEOUT_MS}ms`;
export const BEGIN_GIVING_WAY = `BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; SET LOCAL search_path = pg_catalog, public`;
/** Somebody else has the lock, or we were the one to give up in a deadlock. */
const IN_THE_WAY = ['55P03', '40P01'];

export type {Turn} from '../give-way.ts';

/** `open` gives the session of one try, which is closed after it. Types and expressions are looked up in `public` too. */
export const giveWay = <T>(
  sessions: PgSessions,
  open: () => Promise<PgSession>,
  turn: Turn,
  act: (session: PgSession) => Promise<T>,
): Promise<T> =>
  giveWayTo(
    {
      clock: sessions.options.effects.clock,
      limit: LOCK_TIMEOUT,
      once: async () => once(await open(), act),
      isInTheWay: (error) => IN_THE_WAY.includes(codeOf(error) ?? ''),
      blockers: () => sessionsOn(sessions, turn.table),
    },
    turn,
  );

const once = async <T>(session: PgSession, act: (session: PgSession) => Promise<T>): Promise<T> => {
  try {
    return await session.transaction(BEGIN_GIVING_WAY, () => act(session));
  } finally {
    await session.close();
  }
};

/** Who holds locks on the table or its partitions, longest transaction first. No statements: they may carry row data. */
const SESSIONS_ON = `
  SELECT DISTINCT a.pid::text AS pid, a.usename::text AS role, a.application_name AS application, a.xact_start,
         coalesce(round(extract(epoch FROM clock_timestamp() - a.xact_start)), 0)::bigint::text AS seconds
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND a.pid <> pg_backend_pid()
    AND (l.relation = $1::regclass OR l.relation IN (SELECT relid FROM pg_partition_tree($1::regclass)))
  ORDER BY a.xact_start LIMIT 5`;

const sessionsOn = async (sessions: PgSessions, table: TableName): Promise<string> => {
  const {rows} = await sessions.use((session) => session.query(SESSIONS_ON, [quoteTable(table)]));
  const names = rows.map(
    (row) =>
      `process ${row['pid']} (${[row['role'], row['application']].filter(Boolean).join(', ')}), in a transaction for ${row['seconds']} s`,
  );
  return names.length ? names.join('; ') : 'a session that is gone already';
};
