/** Lengths of time as a plan writes them: a whole number and a unit, `500ms`, `5s`, `10m`, `24h`, `7d`. Inside, always milliseconds. */
export const DURATION_PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;

const UNIT_MS = {ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;
type Unit = keyof typeof UNIT_MS;
const LARGEST_FIRST: readonly Unit[] = ['d', 'h', 'm', 's'];

/** Undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION_PATTERN.exec(text) ?? [];
  return amount !== undefined && isUnit(unit) ? Number(amount) * UNIT_MS[unit] : undefined;
}

/** The shortest exact form: the largest unit that leaves nothing over. */
export function formatDuration(ms: number): string {
  const unit = LARGEST_FIRST.find((candidate) => ms !== 0 && ms % UNIT_MS[candidate] === 0) ?? (ms === 0 ? 's' : 'ms');
  return `${ms / UNIT_MS[unit]}${unit}`;
}

const isUnit = (text: string | undefined): text is Unit => text !== undefined && Object.hasOwn(UNIT_MS, text);
