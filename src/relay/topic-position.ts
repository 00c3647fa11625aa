/**
 * A position of the source together with the offset from which its topic is read on: `16/B374D848@1207`. It is stored in the
 * transaction that applies what lies before it, so both are one fact. Who comes first is decided by the log's part alone.
 */
import type {Engine} from '../engine/engine.ts';
import type {Position} from '../model/position.ts';

export const atOffset = (log: string, offset: bigint): Position => `${log}@${offset}` as Position;

export const logOf = (position: Position): Position => position.split('@')[0] as Position;

/** Undefined of a position that the source itself told. */
export const offsetOf = (position: Position): bigint | undefined => {
  const [, offset] = position.split('@');
  return offset === undefined ? undefined : BigInt(offset);
};

/** The engine of a source whose positions may carry an offset. */
export const comparingLogs = (engine: Engine): Engine => ({
  ...engine,
  comparePositions: (a, b) => engine.comparePositions(logOf(a), logOf(b)),
  ...(engine.bytesBetween && {bytesBetween: (from, to) => engine.bytesBetween?.(logOf(from), logOf(to)) ?? 0}),
});
