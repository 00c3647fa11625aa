/**
 * A server's history is its timeline: a standby that is promoted begins another one where its log happened to end, and
 * what the old primary had acknowledged after that is gone (H-63).
 */
import type {PgSession} from './postgres-session.ts';

/** Of the log that is written now; the control file learns of a promotion later. */
export const HISTORY = `'timeline ' || ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int`;

export const historyOf = async (session: PgSession): Promise<string> =>
  (await session.one(`SELECT ${HISTORY} AS history`))['history'] ?? '';
