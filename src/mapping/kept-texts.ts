/**
 * Texts of MySQL that PostgreSQL reads as they are, told by their bytes alone: nearly all of a table's, and none of them has to
 * become a string on its way. Whatever is not sure here goes the long way, through the conversion itself.
 */
import {isUtf8} from 'node:buffer';
import type {KeptText} from '../model/carried.ts';
import {daysOf} from './time-text.ts';

const [SPACE, PLUS, MINUS, POINT, COLON, ZERO, NINE, SMALL_E] = [0x20, 0x2b, 0x2d, 0x2e, 0x3a, 0x30, 0x39, 0x65];

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

/** Valid, and without the NUL that PostgreSQL has in no text (H-48). */
const isText = (bytes: Uint8Array): boolean => {
  const {length} = bytes;
  let seen = 0;
  // By index here and below: an iterator takes several times as long, for each byte of a load.
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0) return false;
    seen |= byte;
  }
  return seen < 0x80 || isUtf8(bytes);
};

const isNumber = (bytes: Uint8Array): boolean => {
  const {length} = bytes;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i];
    if (!isDigit(byte) && byte !== MINUS && byte !== POINT && byte !== PLUS && byte !== SMALL_E) return false;
  }
  return length > 0;
};

const two = (bytes: Uint8Array, at: number): number => {
  const [tens = 0, ones = 0] = [bytes[at], bytes[at + 1]];
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : Infinity;
};

/** Every month has these, and most dates are among them. */
const SURE_DAYS = 28;
const isDate = (bytes: Uint8Array): boolean => {
  if (bytes.length < 10 || bytes[4] !== MINUS || bytes[7] !== MINUS) return false;
  const [century, year, month, day] = [two(bytes, 0), two(bytes, 2), two(bytes, 5), two(bytes, 8)];
  const isInYear = century <= 99 && year <= 99 && century + year > 0 && month >= 1 && month <= 12;
  return isInYear && day >= 1 && (day <= SURE_DAYS || day <= daysOf(century * 100 + year, month));
};

/** `hh:mm:ss` and a fraction of up to six digits, from there to the end. */
const isClockAt = (bytes: Uint8Array, at: number): boolean => {
  if (bytes[at + 2] !== COLON || bytes[at + 5] !== COLON || two(bytes, at) > 23 || two(bytes, at + 3) > 59 || two(bytes, at + 6) > 59)
    return false;
  const end = at + 8;
  if (bytes.length === end) return true;
  if (bytes[end] !== POINT || bytes.length > end + 7 || bytes.length === end + 1) return false;
  for (let i = end + 1; i < bytes.length; i++) if (!isDigit(bytes[i])) return false;
  return true;
};

const isMoment = (bytes: Uint8Array): boolean => bytes.length >= 19 && bytes[10] === SPACE && isDate(bytes) && isClockAt(bytes, 11);

/** The years of which every second is a TIMESTAMP. */
const isTimestamp = (bytes: Uint8Array): boolean => {
  const year = two(bytes, 0) * 100 + two(bytes, 2);
  return year > 1970 && year < 2038 && isMoment(bytes);
};

const UTC = '+00';

export const keptTexts = {
  text: {fits: isText},
  /** MySQL takes the spaces at the end off, so that they would not come back. */
  char: {fits: (bytes) => bytes.at(-1) !== SPACE && isText(bytes)},
  number: {fits: isNumber},
  year: {fits: (bytes) => bytes[0] !== ZERO && isNumber(bytes)},
  date: {fits: (bytes) => bytes.length === 10 && isDate(bytes)},
  datetime: {fits: isMoment},
  utcDatetime: {fits: isMoment, suffix: UTC},
  timestamp: {fits: isTimestamp, suffix: UTC},
  clock: {fits: (bytes) => bytes.length >= 8 && isClockAt(bytes, 0)},
  /** PostgreSQL reads both digits as truths. */
  flag: {fits: (bytes) => bytes.length === 1 && (bytes[0] === ZERO || bytes[0] === ZERO + 1)},
} as const satisfies Record<string, KeptText>;

export const oneOf = (members: readonly string[]): KeptText => {
  const known = members.map((text) => Buffer.from(text));
  return {fits: (bytes) => known.some((one) => one.equals(bytes))};
};
