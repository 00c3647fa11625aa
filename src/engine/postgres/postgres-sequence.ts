/** Where a sequence has to continue on the other side (H-10). Pure; sign-aware, and never past its limits. */
import type {SequenceState} from '../engine.ts';

type Sequence = {
  readonly last: bigint;
  readonly isCalled: boolean;
  readonly increment: bigint;
  readonly cache: bigint;
  readonly min: bigint;
  readonly max: bigint;
};

export const parseSequence = (state: SequenceState): Sequence => ({
  last: BigInt(state.last),
  isCalled: state.isCalled,
  increment: BigInt(state.increment),
  cache: BigInt(state.cache),
  min: BigInt(state.min),
  max: BigInt(state.max),
});

/**
 * `margin` numbers are skipped, in the sequence's own direction, because sessions may hold cached blocks that the
 * server's row does not show. A sequence without room for the margin keeps as much of it as fits.
 */
export const sequenceTarget = (sequence: Sequence, margin: bigint): {value: bigint; isCalled: boolean} => {
  if (!sequence.isCalled) return {value: sequence.last, isCalled: false};
  const wanted = sequence.last + sequence.increment * (margin + sequence.cache);
  const value = sequence.increment > 0n ? (wanted > sequence.max ? sequence.max : wanted) : wanted < sequence.min ? sequence.min : wanted;
  return value === sequence.max || value === sequence.min ? {value: sequence.last, isCalled: true} : {value, isCalled: true};
};
