import {InvariantViolation} from './errors.ts';

/** Our own code is wrong when this fails; the runner stops at once and never retries. */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new InvariantViolation(claim);
}

/** Closes a union: a new member that is not handled does not compile. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unexpected ${JSON.stringify(value)}`);
}
