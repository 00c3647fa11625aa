/** Amounts as people read them, rounded to what they can take in. */

export const count = (value: number | undefined) => (value === undefined ? '-' : scaled(value, 1000, ['', 'k', 'M', 'G', 'T']));

/** `31.3MiB`. */
export const bytes = (value: number | undefined) => (value === undefined ? '-' : scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']));

/** `390k`, `31.3M`: one decimal from the millions on, and for small amounts of a unit. */
function scaled(value: number, base: number, units: readonly string[]): string {
  let [amount, power] = [value, 0];
  // Compared after rounding, so that 999 999 is a million and not a thousand thousands.
  while (Math.round(amount) >= base && power < units.length - 1) [amount, power] = [amount / base, power + 1];
  const decimals = power === 0 || (power === 1 && amount >= 10) ? 0 : 1;
  return `${amount.toFixed(decimals)}${units[power] ?? ''}`;
}

const [SECOND_MS, MINUTE_MS, HOUR_MS] = [1000, 60_000, 3_600_000];

/** Up to which length what is rounded to what; without a mark the ends are written as durations are. */
const SPANS = [
  {belowMs: 2 * MINUTE_MS, step: SECOND_MS, unit: SECOND_MS, mark: 's'},
  {belowMs: 2 * HOUR_MS, step: MINUTE_MS, unit: MINUTE_MS, mark: 'm'},
  {belowMs: 24 * HOUR_MS, step: 10 * MINUTE_MS, unit: MINUTE_MS, mark: undefined},
] as const;
const LONG = {step: HOUR_MS, unit: HOUR_MS, mark: undefined};

/** Two units at most: `42s`, `12m05s`, `2h06m`, `3d04h`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return pair(seconds, 60, 'm', 's');
  if (seconds < 86_400) return pair(Math.floor(seconds / 60), 60, 'h', 'm');
  return pair(Math.floor(seconds / 3600), 24, 'd', 'h');
}

/** Rounded outwards to what a guess is worth: `40-70s`, `12-17m`, `1h50m-2h20m`. */
export function span(lowMs: number, highMs: number): string {
  const {step, unit, mark} = SPANS.find(({belowMs}) => highMs < belowMs) ?? LONG;
  const [low, high] = [Math.floor(lowMs / step) * step, Math.ceil(highMs / step) * step];
  return mark === undefined ? `${duration(low)}-${duration(high)}` : `${low / unit}-${high / unit}${mark}`;
}

const pair = (value: number, size: number, large: string, small: string) =>
  `${Math.floor(value / size)}${large}${String(value % size).padStart(2, '0')}${small}`;
