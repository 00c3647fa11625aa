/**
 * What is known about a statement that ended in an error. The router sends a statement again only when it was
 * certainly not executed; an application may use `outcomeOf` for its own retries.
 */

/** `failed`: certainly without effect. `unknown`: it may have been committed; never send it again blindly. */
export type Outcome = 'failed' | 'unknown';

/** The server never got to see the statement: no connection could be had. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** The transaction had failed before, its error was swallowed, and COMMIT rolled it back. */
export class TransactionAborted extends Error {
  override readonly name = 'TransactionAborted';
}

/** For errors of `query` and `transaction`: of a COMMIT, of one statement on its own, or of connecting. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof NotConnected || error instanceof TransactionAborted) return 'failed';
  if (isUncommitted(error)) return 'failed';
  const {code, severity} = serverError(error);
  if (code === undefined || code.startsWith('08') || code === '40003') return 'unknown';
  // FATAL can arrive after a commit became durable (a termination during the wait for a synchronous standby).
  return severity === 'ERROR' ? 'failed' : 'unknown';
}

/** The fence of a closed side refused: a trigger raised it, so the statement was not executed. */
export function isFenceRefusal(error: unknown): boolean {
  const {code, message} = serverError(error);
  return code === '25006' && message.startsWith('crossfade: ');
}

/** What a side that was closed for good also answers: grants taken away, logins refused. Not executed either. */
export const mayBeClosedSide = (error: unknown): boolean => error instanceof NotConnected || serverError(error).code === '42501';

/** Errors that ended a transaction before COMMIT was sent: whatever they are, nothing was committed. */
const uncommitted = new WeakSet<Error>();

export function markUncommitted(error: unknown): void {
  if (error instanceof Error) uncommitted.add(error);
}

export const isUncommitted = (error: unknown): boolean => error instanceof Error && uncommitted.has(error);

type ServerError = {readonly code: string | undefined; readonly severity: string | undefined; readonly message: string};

/** Told by its fields and not by its class, which exists once per copy of the driver. */
function serverError(error: unknown): ServerError {
  if (!(error instanceof Error)) return {code: undefined, severity: undefined, message: ''};
  const severity = textField(error, 'severity');
  return {code: severity === undefined ? undefined : textField(error, 'code'), severity, message: error.message};
}

function textField(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
