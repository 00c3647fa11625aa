/** What the router itself found out about an error, kept beside it. */

/** Errors that ended a transaction before COMMIT was sent: whatever they are, nothing was committed. */
const uncommitted = new WeakSet<Error>();

/** Errors of what may have been carried out in part: a procedure that commits, a statement that commits by itself. */
const partial = new WeakSet<Error>();

export const markUncommitted = (error: unknown): void => void (error instanceof Error && uncommitted.add(error));
export const isUncommitted = (error: unknown): boolean => error instanceof Error && uncommitted.has(error);

export const markPartial = (error: unknown): void => void (error instanceof Error && partial.add(error));
export const isPartial = (error: unknown): boolean => error instanceof Error && partial.has(error);
