/** A read in one snapshot that can say which part of the log it saw (copy-model R11). Called by the compare facet. */
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {comparingWhere} from '../comparing.ts';
import type {Bracket, MigrationRef} from '../engine.ts';
import {isPassing} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {snapshotOf} from './postgres-snapshot.ts';

/**
 * Order matters: the log's end before the snapshot, the snapshot, all of `read`, and the log's end afterwards. A
 * transaction that committed below `before` can still be invisible to the snapshot: that is what `sees` is for.
 */
export const readInOneSnapshot = <T>(
  sessions: PgSessions,
  request: {readonly migration: MigrationRef; readonly applied: Direction | undefined; readonly what: string},
  read: (session: PgSession) => Promise<T>,
): Promise<{readonly value: T; readonly bracket: Bracket}> =>
  comparing(request.what, sessions, async (session) => {
    const before = await logEnd(session);
    const {value, snapshot, applied} = await session.transaction(BEGIN_COMPARING, async () => {
      const snapshot = await snapshotOf(session);
      const applied = request.applied && (await appliedPosition(session, request.migration, request.applied));
      return {value: await read(session), snapshot, applied};
    });
    return {value, bracket: {before, after: await logEnd(session), applied, sees: (transaction) => snapshot.sees(transaction)}};
  });

/** The text of `money` follows `lc_monetary`, which differs between servers; C is everywhere. */
export const BEGIN_COMPARING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lc_monetary = 'C'";

export const comparing = comparingWhere(isPassing);

const logEnd = async (session: PgSession): Promise<Position> => {
  const {position} = await session.one<{position: string}>('SELECT pg_current_wal_insert_lsn()::text AS position');
  return position as Position;
};

const appliedPosition = async (session: PgSession, {short}: MigrationRef, lane: Direction): Promise<Position | undefined> => {
  const {rows} = await session.query<{pos: string | null}>(
    'SELECT pos::text AS pos FROM crossfade.progress WHERE migration = $1 AND lane = $2',
    [short, lane],
  );
  return (rows[0]?.pos ?? undefined) as Position | undefined;
};
