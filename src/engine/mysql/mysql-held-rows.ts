/**
 * A moment of quiet for single rows that never have one: their writers wait, readers do not. The server ends the session,
 * and the hold with it, when we say nothing, so a runner that stands still holds nobody up for longer.
 */
import {isPassing} from './mysql-errors.ts';
import type {MySessions} from './mysql-sessions.ts';

/** Servers know no less. In a deadlock it is we who give way, because we have changed nothing. */
const LOCK_WAIT_S = 1;
const SILENCE_S = 1;
export const HOLD_LIMITS = `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_S}, wait_timeout = ${SILENCE_S}`;

/** Undefined when the rows could not be held from the first to the last of `act`: somebody was there first, or it took too long. */
export const withHeldRows = async <T>(sessions: MySessions, lock: readonly string[], act: () => Promise<T>): Promise<T | undefined> => {
  const session = await sessions.open('hold rows');
  try {
    await session.query(HOLD_LIMITS);
    return await session.transaction('START TRANSACTION', async () => {
      for (const statement of lock) await session.query(statement);
      return act(); // the commit fails when the session was ended meanwhile
    });
  } catch (error) {
    // What else is wrong is met again by the caller, who then looks without a hold.
    if (isPassing(error)) return undefined;
    throw error;
  } finally {
    await session.close();
  }
};
