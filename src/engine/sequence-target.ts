/** Where a sequence has to continue on the other side (H-10). Pure; sign-aware, and never past its limits. */
import type {SequenceState} from './sequence-state.ts';

export type Sequence = {
  readonly last: bigint;
  readonly isCalled: boolean;
  readonly increment: bigint;
  readonly cache: bigint;
  readonly min: bigint;
  readonly max: bigint;
  readonly shared: SequenceState['shared'];
};

/** As many as those who stay behind may draw while there is a way back; of a smaller sequence a part of what is left. */
const ROOM_MAX = 100_000_000n;
const ROOM_PARTS = 4n;

export const parseSequence = (state: SequenceState): Sequence => ({
  last: BigInt(state.last),
  isCalled: state.isCalled,
  increment: BigInt(state.increment),
  cache: BigInt(state.cache),
  min: BigInt(state.min),
  max: BigInt(state.max),
  shared: state.shared,
});

/**
 * `margin` numbers are skipped, in the sequence's own direction, because sessions may hold cached blocks that the
 * server's row does not show. A sequence without room for the margin keeps as much of it as fits.
 */
export const sequenceTarget = (sequence: Sequence, margin: bigint): {value: bigint; isCalled: boolean} => {
  const isApart = sequence.shared === 'leaves-room';
  if (!sequence.isCalled && !isApart) return {value: sequence.last, isCalled: false};
  const wanted = sequence.last + sequence.increment * ((isApart ? roomOf(sequence) : margin) + sequence.cache);
  const value = sequence.increment > 0n ? (wanted > sequence.max ? sequence.max : wanted) : wanted < sequence.min ? sequence.min : wanted;
  return value === sequence.max || value === sequence.min ? {value: sequence.last, isCalled: true} : {value, isCalled: true};
};

const roomOf = ({last, increment, min, max}: Sequence): bigint => {
  const left = (increment > 0n ? max - last : min - last) / increment / ROOM_PARTS;
  return left < ROOM_MAX ? left : ROOM_MAX;
};

/** Others may draw between the look and the act, so one that is shared and nearly there stays where it is: beyond every number in use. */
const NEARLY_PARTS = 10n;

/** Only a sequence that is behind this number, in its own direction, is set; undefined: any. */
export const setBelow = (sequence: Sequence, value: bigint): bigint | undefined =>
  sequence.shared === undefined ? undefined : value - (value - sequence.last) / NEARLY_PARTS;
