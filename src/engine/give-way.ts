/** Short acts on tables in use, tried again and again: whoever else is there goes first. */
import {TransientError} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {Courtesy} from './alter.ts';

/** With the pauses below about two minutes. */
const ATTEMPTS_MAX = 30;
const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;

export type Turn = Courtesy & {readonly table: TableName; readonly what: string};

export type Way<T> = {
  readonly clock: Effects['clock'];
  /** How long one try waits, for people. */
  readonly limit: string;
  once(): Promise<T>;
  isInTheWay(error: unknown): boolean;
  /** Who has locks on the table, for people. */
  blockers(): Promise<string>;
};

export const giveWayTo = async <T>({clock, limit, once, isInTheWay, blockers}: Way<T>, turn: Turn): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    turn.signal.throwIfAborted();
    try {
      return await once();
    } catch (error) {
      if (!isInTheWay(error)) throw error;
      const found = await blockers();
      if (attempt >= ATTEMPTS_MAX) throw tooBusy(turn, limit, found, error);
      turn.note(`${turn.what} waits for ${found}`);
    }
    await clock.sleep(Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** (attempt - 1)), turn.signal);
  }
};

const tooBusy = ({what, table}: Turn, limit: string, blockers: string, cause: unknown): TransientError =>
  new TransientError(`${what}: no lock on ${nameOf(table)} in ${ATTEMPTS_MAX} tries of ${limit}; in the way: ${blockers}`, {
    code: 'CF-DDL-002',
    cause,
    next: 'end those transactions or wait for them, then crossfade resume',
  });
