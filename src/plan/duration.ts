import {exactDuration, UNIT_MS} from '../model/exact-amount.ts';

/** Lengths of time as a plan writes them: a whole number and a unit, `500ms`, `5s`, `10m`, `24h`, `7d`. Inside, always milliseconds. */
export const DURATION_PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;

type Unit = keyof typeof UNIT_MS;

/** Undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION_PATTERN.exec(text) ?? [];
  return amount !== undefined && isUnit(unit) ? Number(amount) * UNIT_MS[unit] : undefined;
}

/** The shortest exact form. */
export const formatDuration = exactDuration;

const isUnit = (text: string | undefined): text is Unit => text !== undefined && Object.hasOwn(UNIT_MS, text);
