/** How a piece of a change is sent: once, and seen to have happened where a runner has died in it. */
import {TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {type Change, type Ddl, isNoted, isTogether, type Piece} from './mysql-change.ts';
import {isPassing, numberOf, withoutValue} from './mysql-errors.ts';
import {keepIndexes} from './mysql-kept-indexes.ts';
import {runNoted} from './mysql-noted-statement.ts';
import type {MySession} from './mysql-session.ts';
import {runTogether} from './mysql-together.ts';

const DUPLICATE = 1062;
/** A lock was not had, or not at once, or we were the one to give up in a deadlock. */
const IN_THE_WAY = [1205, 1213, 3572];

export const isInTheWay = (error: unknown): boolean => IN_THE_WAY.includes(numberOf(error) ?? 0);

export const sendPiece = async (session: MySession, migration: MigrationRef, change: Change, piece: Piece): Promise<void> => {
  if (isNoted(piece)) await runNoted(session, migration, change.name, piece);
  else if (isTogether(piece)) await sendTogether(session, migration, change, piece.pieces);
  else await sendUnlessDone(session, change, piece);
};

/** What was let go is taken up again where the rest is refused. */
const sendTogether = async (session: MySession, migration: MigrationRef, change: Change, pieces: readonly Ddl[]): Promise<void> => {
  await keepIndexes(session, migration, change);
  try {
    await runTogether(session, migration, change, pieces);
  } catch (error) {
    const isConnected = !isPassing(error) || isInTheWay(error);
    if (isConnected && !(await isInStep(session, change)))
      for (const piece of change.sync ?? []) await sendUnlessDone(session, change, piece);
    throw error;
  }
};

/** Or there is nothing any more that could be: one of the new columns is gone. */
export const isInStep = async (session: MySession, {start, sync = []}: Change): Promise<boolean> => {
  const isDone = async (pieces: readonly Piece[]): Promise<boolean> => {
    for (const piece of pieces) if ('isDone' in piece && !(await session.query(piece.isDone)).rows.length) return false;
    return true;
  };
  return (await isDone(sync)) || !(await isDone(start));
};

const sendUnlessDone = async (session: MySession, change: Change, {sql, isDone, reads, setting}: Ddl): Promise<void> => {
  if ((await session.query(isDone)).rows.length) return; // before a crash
  const read = (await reads?.(session, change.table)) ?? '';
  if (setting !== undefined) await session.query(setting);
  try {
    await session.query(sql(change.table, read));
  } catch (error) {
    if (numberOf(error) === DUPLICATE) throw notUnique(change, error);
    throw error;
  }
};

const notUnique = ({subject}: Change, cause: unknown): TerminalError =>
  new TerminalError(`${subject} cannot be unique: ${withoutValue(cause)}`, {
    code: 'CF-VERIFY-001',
    cause,
    next: 'make those rows differ and crossfade resume, or crossfade abort',
  });
