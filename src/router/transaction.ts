/** BEGIN, the caller's statements, COMMIT on one connection. Decides what its errors prove. */
import type pg from 'pg';
import type {Side} from '../model/side.ts';
import {isFenceRefusal, markUncommitted, TransactionAborted} from './outcome.ts';
import type {Lease} from './pool-lease.ts';

/** One connection inside `Router.transaction`. */
export type Transaction = {
  readonly side: Side;
  readonly query: <R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    params?: readonly unknown[],
  ) => Promise<pg.QueryResult<R>>;
};

/** Refusals are remembered by the error that left the transaction, also when the caller wrapped it. */
const refusedInside = new WeakSet<Error>();
export const isRefusedInside = (error: unknown): boolean => error instanceof Error && refusedInside.has(error);

export async function runTransaction<T>(lease: Lease, act: (transaction: Transaction) => Promise<T>): Promise<T> {
  let wasRefused = false;
  const query: Transaction['query'] = async (text, params) => {
    try {
      return await lease.client.query(text, params ? [...params] : undefined);
    } catch (error) {
      wasRefused ||= isFenceRefusal(error);
      throw error;
    }
  };
  let value: T;
  try {
    await lease.client.query('BEGIN');
    value = await act({side: lease.side, query});
  } catch (error) {
    markUncommitted(error);
    if (wasRefused && error instanceof Error) refusedInside.add(error);
    await rollBack(lease);
    throw error;
  }
  await commit(lease);
  return value;
}

async function commit(lease: Lease): Promise<void> {
  let command: string;
  try {
    ({command} = await lease.client.query('COMMIT'));
  } catch (error) {
    lease.isBroken = true;
    throw error;
  }
  if (command !== 'COMMIT') throw new TransactionAborted('a statement of the transaction had failed, so COMMIT rolled it back');
}

/** The caller gets the first error; a connection that cannot roll back is thrown away, which rolls back as well. */
async function rollBack(lease: Lease): Promise<void> {
  try {
    await lease.client.query('ROLLBACK');
  } catch {
    lease.isBroken = true;
  }
}
