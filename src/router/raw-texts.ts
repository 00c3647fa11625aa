/** Texts of values in one form each, whichever server has written them. Undefined: it is not what was expected. */

/** Sign, digits and exponent, so that no zero and no notation makes a difference. */
export function decimalText(text: string): string | undefined {
  const [, sign = '', whole = '', part = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  if (whole + part === '') return /^[+-]?(?:nan|inf)/i.test(text) ? text.toLowerCase() : undefined;
  const digits = (whole + part).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign === '-' ? '-' : ''}${kept}e${Number(exponent) - part.length + digits.length - kept.length}`;
}

/** A day and a time of day, without the zeros behind its seconds. */
export const secondsText = (text: string): string | undefined =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d*)?$/.test(text) ? withoutZeros(text) : undefined;

/** Hours may be more than a day has. */
export function clockText(text: string): string | undefined {
  const [, sign = '', hours, rest = ''] = /^(-?)(\d+)(:\d\d:\d\d(?:\.\d*)?)$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const clock = withoutZeros(`${hours.padStart(3, '0')}${rest}`);
  return /[1-9]/.test(clock) ? sign + clock : clock;
}

const withoutZeros = (text: string): string => text.replace(/\.(\d*?)0*$/, (_, kept: string) => (kept ? `.${kept}` : ''));

const MOMENT = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?$/;

/** In microseconds since 1970. `offsetMs`: of a text that says none. */
export function momentText(text: string, offsetMs: number | undefined): string | undefined {
  const found = MOMENT.exec(text);
  if (!found || (found[8] === undefined) === (offsetMs === undefined)) return undefined;
  const [year = 0, month = 0, day = 0, hour, minute, second] = found.slice(1, 7).map(Number);
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(9, 12).map((part) => Number(part ?? 0));
  const ahead = offsetMs ?? (found[8] === '-' ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const ms = new Date(0).setUTCFullYear(year, month - 1, day) + Date.UTC(1970, 0, 1, hour, minute, second) - ahead;
  return String(BigInt(ms) * 1000n + BigInt((found[7] ?? '').padEnd(6, '0')));
}

/** Members of an array of texts, with commas between them; no member has one. */
export function arrayText(text: string): string | undefined {
  if (!/^\{.*\}$/s.test(text)) return undefined;
  const members: readonly string[] = text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|[^,]+/gs) ?? [];
  if (members.includes('NULL')) return undefined;
  return members.map((one) => (one.startsWith('"') ? one.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : one)).join(',');
}

/** `numberText`: of the digits of a number as they stand there, which may be more than a number of JavaScript holds. */
export function jsonText(text: string, numberText: (digits: string) => string): string | undefined {
  try {
    return ordered(JSON.parse(text, withDigits) as Json, numberText);
  } catch {
    return undefined;
  }
}

class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Json = Digits | string | boolean | null | readonly Json[] | {readonly [key: string]: Json};

function withDigits(_key: string, value: unknown, {source}: {readonly source?: string} = {}): unknown {
  return typeof value === 'number' ? new Digits(source ?? String(value)) : value;
}

function ordered(value: Json, numberText: (digits: string) => string): string {
  if (value instanceof Digits) return `#${numberText(value.text)}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map((part) => ordered(part, numberText)).join()}]`;
  const parts = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([key, part]) => `${JSON.stringify(key)}:${ordered(part, numberText)}`).join()}}`;
}
