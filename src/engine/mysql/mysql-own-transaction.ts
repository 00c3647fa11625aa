import type {MySession} from './mysql-session.ts';

/**
 * A transaction over rows of our own tables. It locks the rows that it meets and no gap beside them, in which another
 * migration of this server writes: two that begin at the same moment would be a deadlock.
 */
export const ownTransaction = async <T>(session: MySession, act: () => Promise<T>): Promise<T> => {
  await session.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED'); // of the next one only
  return session.transaction('START TRANSACTION', act);
};
