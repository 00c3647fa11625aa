/** A read in one snapshot that can say which part of the log it saw (copy-model R11). Called by the compare facet. */
import {isCoded, TerminalError, TransientError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
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

/** Lends a session; what a server answers becomes an error that tells "could not compare" from "try again". */
export const comparing = <T>(what: string, sessions: PgSessions, act: (session: PgSession) => Promise<T>): Promise<T> =>
  sessions.use(act).catch((error: unknown) => {
    if (isCoded(error)) throw error;
    const said = `${what} on the ${sessions.options.side} could not be read: ${error instanceof Error ? error.message : String(error)}`;
    if (isPassing(error))
      throw new TransientError(said, {
        code: 'CF-CONN-004',
        cause: error,
        next: 'it is read again by itself; if it stays, check the server',
      });
    throw new TerminalError(said, {
      code: 'CF-VERIFY-002',
      cause: error,
      next: 'make the table readable and alike on both sides, then verify again',
    });
  });

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
