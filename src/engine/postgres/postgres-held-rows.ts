/**
 * A moment of quiet for single rows that never have one: their writers wait, readers do not. The server ends the hold by
 * itself when we do not, so a runner that stands still holds nobody up for longer.
 */
import {codeOf, isPassing} from './postgres-errors.ts';
import type {PgSessions} from './postgres-sessions.ts';

/** Below the server's `deadlock_timeout`: we give way before a deadlock with us could cost anybody else an error. */
const LOCK_TIMEOUT = '300ms';
const HOLD_MAX = '1s';

/** Undefined when the rows could not be held from the first to the last of `act`: somebody was there first, or it took too long. */
export const withHeldRows = async <T>(
  sessions: PgSessions,
  lock: {readonly text: string; readonly values: readonly string[]},
  act: () => Promise<T>,
): Promise<T | undefined> => {
  const session = await sessions.open('hold rows');
  try {
    return await session.transaction(BEGIN_HOLDING, async () => {
      await session.query(lock.text, lock.values);
      return act();
    });
  } catch (error) {
    // What else is wrong is met again by the caller, who then looks without a hold.
    if (isPassing(error) || codeOf(error) === ENDED_BY_SERVER) return undefined;
    throw error;
  } finally {
    await session.close();
  }
};

export const BEGIN_HOLDING = `BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; SET LOCAL idle_in_transaction_session_timeout = '${HOLD_MAX}'`;
const ENDED_BY_SERVER = '25P03';
