/** A read in one snapshot that can say which part of the log it saw (copy-model R11). Called by the compare facet. */
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {comparingWhere} from '../comparing.ts';
import type {Bracket, MigrationRef} from '../engine.ts';
import {isPassing} from './postgres-errors.ts';
import {toPosition} from './postgres-position.ts';
import type {Answer, PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {parseSnapshot, SNAPSHOT} from './postgres-snapshot.ts';
import {quoteValue} from './postgres-sql.ts';

type Request = {readonly migration: MigrationRef; readonly applied: Direction | undefined};

/**
 * Order matters: the log's end before the snapshot, the snapshot, all of `read`, and the log's end afterwards. A
 * transaction that committed below `before` can still be invisible to the snapshot: that is what `sees` is for.
 */
export const readInOneSnapshot = <T>(
  sessions: PgSessions,
  request: Request & {readonly what: string},
  read: (session: PgSession) => Promise<T>,
): Promise<{readonly value: T; readonly bracket: Bracket}> =>
  comparing(request.what, sessions, async (session) => {
    const begun = await begin(session, request);
    const value = await read(session); // whatever fails ends the session, and with it the transaction
    const [, end] = await session.script(`COMMIT; ${LOG_END}`);
    return {value, bracket: {...begun, after: positionIn(end)}};
  });

/** The text of `money` follows `lc_monetary`, which differs between servers; C is everywhere. */
export const BEGIN_COMPARING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lc_monetary = 'C'";

export const comparing = comparingWhere(isPassing);

const LOG_END = 'SELECT pg_current_wal_insert_lsn()::text AS position';

/** One message, because each would cost a way to the server and back. The log's end in a transaction of its own, or the snapshot would be older. */
const beginning = ({short}: MigrationRef, lane: Direction | undefined): string =>
  [
    `BEGIN; ${LOG_END}; COMMIT; ${BEGIN_COMPARING}; ${SNAPSHOT}`,
    ...(lane
      ? [`SELECT pos AS position FROM crossfade.progress WHERE migration = ${quoteValue(short)} AND lane = ${quoteValue(lane)}`]
      : []),
  ].join('; ');

const begin = async (session: PgSession, {migration, applied}: Request): Promise<Omit<Bracket, 'after'>> => {
  const [, before, , , , seen, progress] = await session.script(beginning(migration, applied));
  const snapshot = parseSnapshot(seen?.rows[0]?.['snapshot'] ?? '');
  const position = progress?.rows[0]?.['position'] ?? undefined;
  return {
    before: positionIn(before),
    applied: position === undefined ? undefined : toPosition(position),
    sees: (transaction) => snapshot.sees(transaction),
  };
};

const positionIn = (answer: Answer<TextRow> | undefined): Position => toPosition(answer?.rows[0]?.['position'] ?? '');
