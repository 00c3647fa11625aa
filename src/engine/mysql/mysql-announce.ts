/** Makes what an act sends readable: each statement with the locks that it takes, and for how long. */
import type {Side} from '../../model/side.ts';
import type {Lock, Statement} from '../statements.ts';
import {type LockMode, tableLocks} from './mysql-locks.ts';

/** `waits`: beside locks of tables. */
export type Line =
  | string
  | {readonly sql: string; readonly undo?: string | undefined; readonly when?: string | undefined; readonly waits?: Lock};

export type Announce = (lines: readonly Line[]) => Promise<readonly Statement[]>;

export const announcing =
  (side: Side): Announce =>
  async (lines) => {
    const session: Session = {isOpen: false, waitMsMax: undefined};
    return lines.map((line) => announced(side, typeof line === 'string' ? {sql: line} : line, session));
  };

type Session = {isOpen: boolean; waitMsMax: number | undefined};

const announced = (side: Side, {sql, undo, when, waits}: Exclude<Line, string>, session: Session): Statement => {
  follow(sql, session);
  const locks = [...(waits ? [waits] : []), ...locksOf(sql, session)];
  return {side, sql, locks, ...(undo === undefined ? {} : {undo}), ...(when === undefined ? {} : {when})};
};

/** A limit counts until its session ends. */
const follow = (sql: string, session: Session): void => {
  if (/^START TRANSACTION\b/.test(sql)) session.isOpen = true;
  const [, seconds] = /^SET SESSION\b.*\b(?<!innodb_)lock_wait_timeout = (\d+)/.exec(sql) ?? [];
  if (seconds !== undefined) session.waitMsMax = Number(seconds) * 1000;
  if (sql === 'COMMIT') session.isOpen = false;
};

const locksOf = (sql: string, {isOpen, waitMsMax}: Session): Lock[] => {
  const byMode = new Map<LockMode, string[]>();
  for (const {mode, on} of tableLocks(sql)) if (isOfOthers(on)) byMode.set(mode, [...(byMode.get(mode) ?? []), on]);
  return [...byMode].map(([mode, on]) => ({
    mode,
    on,
    waitsFor: WAITS_FOR[mode],
    ...(waitMsMax === undefined ? {} : {waitMsMax}),
    heldUntil: isOpen && mode !== 'EXCLUSIVE' ? 'COMMIT' : /^LOCK\b/.test(sql) ? 'the end of the session' : 'the end of the statement',
  }));
};

/** Our own tables and the catalogue are nobody's obstacle. */
const isOfOthers = (table: string): boolean => !/^(?:crossfade|information_schema|performance_schema|mysql)\./.test(table);

const WAITS_FOR: Readonly<Record<LockMode, string>> = {
  SHARED_READ: 'whoever alters the table',
  SHARED_WRITE: 'whoever alters the table, or has changed the same rows',
  EXCLUSIVE: 'open transactions that have used the table, also those that read',
};
