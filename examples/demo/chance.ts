/** Chance that repeats with its seed. */
export type Chance = {
  /** 0 ≤ answer < 1. */
  next(): number;
  /** 0 ≤ answer < `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
};

/** mulberry32: small, and good enough to choose operations and moments. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[below(list.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  };
  return {next, below, pick};
}
