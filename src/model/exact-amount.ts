/** Amounts in their shortest exact form: the largest unit that leaves nothing over. `amounts.ts` rounds instead. */
export const UNIT_MS = {ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;
export const UNIT_BYTES = {B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3} as const;

/** `90000` becomes `90s`. */
export const exactDuration = (ms: number): string => (ms === 0 ? '0s' : exact(ms, UNIT_MS));

/** `65536` becomes `64KiB`. */
export const exactSize = (bytes: number): string => (bytes === 0 ? '0B' : exact(bytes, UNIT_BYTES));

function exact(amount: number, units: Readonly<Record<string, number>>): string {
  const largestFirst = Object.entries(units).toSorted(([, a], [, b]) => b - a);
  const [unit, size] = largestFirst.find(([, one]) => amount % one === 0) ?? ['', 1];
  return `${amount / size}${unit}`;
}
