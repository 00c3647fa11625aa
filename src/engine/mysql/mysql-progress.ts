/** How far a direction has come here: the row by which a resent transaction, a second writer and a replaced runner are found. */
import {TerminalError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import type {MigrationRef, Progress} from '../engine.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {requireEpoch} from './mysql-require-epoch.ts';
import type {MySession} from './mysql-session.ts';

const PROGRESS = `${CONTROL_SCHEMA_NAME}.progress`;

type Step = {readonly lane: Direction; readonly epoch: number; readonly position: Position; readonly commitSeq: number};

/** The compare-and-set that makes a resent transaction, a second writer and a replaced runner impossible (R9). */
export const moveOn = async (session: MySession, {short}: MigrationRef, {lane, epoch, position, commitSeq}: Step): Promise<void> => {
  const {rowCount} = await session.query(
    `UPDATE ${PROGRESS} SET pos = ?, commit_seq = commit_seq + 1, updated_at = UTC_TIMESTAMP(6) WHERE migration = ? AND lane = ? AND epoch = ? AND commit_seq = ?`,
    [position, short, lane, epoch, commitSeq],
  );
  if (rowCount === 1) return;
  await session.query('ROLLBACK');
  throw new TerminalError(`another writer has moved the ${lane} position of this migration`, {
    code: 'CF-LEASE-002',
    next: 'crossfade status',
  });
};

export const readProgress = async (session: MySession, {short}: MigrationRef, lane: Direction): Promise<Progress | undefined> => {
  const {rows} = await session.query(`SELECT epoch, pos, commit_seq FROM ${PROGRESS} WHERE migration = ? AND lane = ?`, [short, lane]);
  const [row] = rows;
  // The sending side's own text: only that one knows what it says.
  return row && {epoch: Number(row['epoch']), position: (row['pos'] ?? '') as Position, commitSeq: Number(row['commit_seq'])};
};

/** Inside a transaction of ours. */
export const setProgress = async (
  session: MySession,
  {short}: MigrationRef,
  {lane, epoch, position}: Omit<Step, 'commitSeq'>,
): Promise<void> => {
  await requireEpoch(session, short, epoch);
  const {rows} = await session.query(`SELECT epoch FROM ${PROGRESS} WHERE migration = ? AND lane = ? FOR UPDATE`, [short, lane]);
  if (Number(rows[0]?.['epoch'] ?? 0) > epoch)
    throw new TerminalError('a newer runner has taken over', {code: 'CF-LEASE-002', next: 'crossfade status'});
  await session.query(
    `INSERT INTO ${PROGRESS} (migration, lane, epoch, pos, commit_seq, updated_at) VALUES (?, ?, ?, ?, 0, UTC_TIMESTAMP(6))
     ON DUPLICATE KEY UPDATE epoch = ?, pos = ?, commit_seq = commit_seq + 1, updated_at = UTC_TIMESTAMP(6)`,
    [short, lane, epoch, position, epoch, position],
  );
};
