/**
 * The one way in which Crossfade writes to a side: a session that the fence lets pass, and transactions whose first
 * act touches the tag table, so that the other direction's stream knows them as ours from their first row (H-59).
 */
import type {Direction} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import type {Sql} from './postgres-statement.ts';

/** Triggers and foreign keys of the receiving side rest: what they did on the sending side is in the stream already. */
export const openWriter = async (
  sessions: PgSessions,
  migration: MigrationRef,
  label: string,
  how?: {readonly pipelined: boolean},
): Promise<PgSession> => {
  const session = await sessions.open(label, how);
  await session.send(writerSettings(migration));
  return session;
};

/** The secret goes from its table into the session and never leaves the server. */
export const writerSettings = (migration: MigrationRef): Sql => ({
  // Where the role has it as its own setting, because it may not set it (before PostgreSQL 15), it is so already.
  text: `SELECT CASE WHEN current_setting('session_replication_role') <> 'replica' THEN set_config('session_replication_role', 'replica', false) END,
            set_config('crossfade.writer', coalesce((SELECT secret FROM crossfade.lease WHERE migration = $1), ''), false)`,
  values: [migration.short],
});

export const tagStatement = (migration: MigrationRef, lane: string): string =>
  `INSERT INTO crossfade.tag (migration, lane, n) VALUES ('${migration.short}', '${lane}', 1) ON CONFLICT (migration, lane) DO UPDATE SET n = crossfade.tag.n + 1`;

/** Statements are sent behind a BEGIN that has not been answered: should it fail, none of them may stand by itself (invariant 2). */
export const WRITES_IN_TRANSACTIONS = 'SET default_transaction_read_only = on';

/** One apply transaction; constraints that can wait are looked at when it commits. */
export const beginApply = (migration: MigrationRef, direction: Direction): string =>
  `BEGIN READ WRITE; SET CONSTRAINTS ALL DEFERRED; ${tagStatement(migration, `apply-${direction}`)}`;

export const tagged = <T>(session: PgSession, migration: MigrationRef, lane: string, act: () => Promise<T>): Promise<T> =>
  session.transaction(`BEGIN; ${tagStatement(migration, lane)}`, act);
