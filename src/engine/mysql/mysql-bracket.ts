/** A read in one snapshot that can say which part of the log it saw (copy-model R11). Called by the compare facet. */
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {comparingWhere} from '../comparing.ts';
import type {Bracket, MigrationRef} from '../engine.ts';
import {isPassing} from './mysql-errors.ts';
import {executedPosition, markStatement} from './mysql-mark.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {containsPosition} from './mysql-position.ts';
import {BEGIN_READING} from './mysql-read-statements.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {streamDialect} from './mysql-stream-dialect.ts';

/**
 * Order matters: a place of which everything is visible to a read that begins afterwards, the snapshot, all of `read`, and
 * then a place behind everything that the snapshot can have seen: a server may tell a transaction later than it shows its
 * rows, or earlier, and only a commit of our own tells (hazards §1.2, §1.3).
 */
export const readInOneSnapshot = <T>(
  sessions: MySessions,
  request: {readonly migration: MigrationRef; readonly applied: Direction | undefined; readonly what: string},
  read: (session: MySession) => Promise<T>,
): Promise<{readonly value: T; readonly bracket: Bracket}> =>
  comparing(request.what, sessions, async (session) => {
    const before = await executedPosition(session);
    if (!streamDialect(session.flavour).executedIsVisible) await ownCommit(session, request.migration);
    const {value, applied} = await session.transaction(BEGIN_READING, async () => {
      const applied = request.applied && (await appliedPosition(session, request.migration, request.applied));
      return {value: await read(session), applied};
    });
    await ownCommit(session, request.migration);
    const after = await executedPosition(session);
    return {value, bracket: {before, after, applied, sees: (transaction) => containsPosition(before, transaction as Position)}};
  });

const ownCommit = (session: MySession, migration: MigrationRef) => session.query(markStatement(migration, undefined));

export const comparing = comparingWhere(isPassing);

const appliedPosition = async (session: MySession, {short}: MigrationRef, lane: Direction): Promise<Position | undefined> => {
  const {rows} = await session.query(`SELECT pos FROM ${CONTROL_SCHEMA_NAME}.progress WHERE migration = ? AND lane = ?`, [short, lane]);
  return (rows[0]?.['pos'] ?? undefined) as Position | undefined;
};
