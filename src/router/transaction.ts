/** Beginning, the caller's statements, COMMIT on one connection. Decides what its errors prove. */
import type {Side} from '../model/side.ts';
import {TransactionAborted} from './outcome.ts';
import {isPartial, markPartial, markUncommitted} from './outcome-marks.ts';
import type {SideConnection, TransactionModes} from './router-side.ts';

/** What the function of a transaction is given: the driver's statements, on one connection. */
export type Inside<S> = S & {readonly side: Side};

/** Refusals are remembered by the error that left the transaction, also when the caller wrapped it. */
const refusedInside = new WeakSet<Error>();
export const isRefusedInside = (error: unknown): boolean => error instanceof Error && refusedInside.has(error);

export async function runTransaction<S, T>(
  connection: SideConnection<S>,
  side: Side,
  act: (inside: Inside<S>) => Promise<T>,
  modes: TransactionModes,
): Promise<T> {
  let value: T;
  try {
    await connection.begin(modes);
    value = await act({...connection.statements, side});
  } catch (error) {
    markLeft(error, connection);
    await rollBack(connection);
    throw error;
  }
  await commit(connection);
  return value;
}

/** COMMIT was not sent. A transaction that is not whole proves nothing by that. */
function markLeft(error: unknown, connection: SideConnection<unknown>): void {
  if (!connection.isWhole || isPartial(error)) return markPartial(error);
  markUncommitted(error);
  markRefused(error, connection);
}

function markRefused(error: unknown, connection: SideConnection<unknown>): void {
  if (connection.wasRefused && error instanceof Error) refusedInside.add(error);
}

async function commit(connection: SideConnection<unknown>): Promise<void> {
  try {
    await connection.commit();
  } catch (error) {
    if (!connection.isWhole) markPartial(error);
    // A refusal that was swallowed inside, a token's as well, and with which the server took all of the transaction back.
    else if (error instanceof TransactionAborted) markRefused(error, connection);
    // Only an answer of the database leaves a connection that can be used again.
    connection.isBroken = !(error instanceof TransactionAborted);
    throw error;
  }
}

/** The caller gets the first error; a connection that cannot roll back is thrown away, which rolls back as well. */
async function rollBack(connection: SideConnection<unknown>): Promise<void> {
  try {
    await connection.rollBack();
  } catch {
    connection.isBroken = true;
  }
}
