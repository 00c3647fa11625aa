/**
 * What is known about a statement that ended in an error. The router sends a statement again only when it was
 * certainly not executed; an application may use `outcomeOf` for its own retries.
 */
import {isPartial, isUncommitted} from './outcome-marks.ts';
import {serverAnswer} from './server-answer.ts';

/** `failed`: certainly without effect. `unknown`: it may have been committed; never send it again blindly. */
export type Outcome = 'failed' | 'unknown';

/** The server never got to see the statement: no connection could be had. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** The transaction had failed before, its error was swallowed, and nothing of it was committed. */
export class TransactionAborted extends Error {
  override readonly name = 'TransactionAborted';
}

/** For errors of `query` and `transaction`: of a COMMIT, of one statement on its own, or of connecting. */
export function outcomeOf(error: unknown): Outcome {
  if (isPartial(error)) return 'unknown';
  if (error instanceof NotConnected || error instanceof TransactionAborted || isUncommitted(error)) return 'failed';
  return serverAnswer(error)?.outcome ?? 'unknown';
}

/** What a side that was closed for good also answers, a refused login included. */
export const mayBeClosedSide = (error: unknown): boolean =>
  !isPartial(error) && (error instanceof NotConnected || serverAnswer(error)?.mayBeClosed === true);
