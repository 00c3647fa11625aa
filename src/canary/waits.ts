/** How many waits were how long; a histogram says more of a stall than its longest wait alone. */
export type Waits = readonly {readonly upToMs: number | null; readonly count: number}[];

const LIMITS_MS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** Every wait counts once, at the first limit that it does not exceed; null: longer than all. Limits without any are left out. */
export function waitsOf(lengthsMs: readonly number[]): Waits {
  const counts = new Map<number | null, number>();
  for (const length of lengthsMs) {
    const limit = LIMITS_MS.find((one) => length <= one) ?? null;
    counts.set(limit, (counts.get(limit) ?? 0) + 1);
  }
  return [...LIMITS_MS, null].flatMap((upToMs) => {
    const count = counts.get(upToMs);
    return count === undefined ? [] : [{upToMs, count}];
  });
}
