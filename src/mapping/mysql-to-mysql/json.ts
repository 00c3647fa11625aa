/**
 * JSON between two servers of which one is MySQL. It keeps documents as values of its own: keys in its own order, no key
 * twice, and every number that comes as a text with a fraction as a DOUBLE, also one that was a DECIMAL (H-46). MariaDB keeps
 * the text. So both sides are seen in one spelling.
 */
import type {Value} from '../../model/change.ts';
import type {ColumnMapping} from '../mapping.ts';
import {hasTwins, jsonbText} from '../json-text.ts';

export const jsonColumn = (from: string, to: string): ColumnMapping => ({
  source: [from],
  target: [to],
  isPlain: false,
  isConverted: true,
  type: 'json',
  forward: ([value = null]) => [stored(value)],
  reverse: ([value = null]) => [stored(value)],
  stops: 'a key that is there twice in one object, and a number that no DOUBLE holds',
  isSame: (a, b) => a === b || (a !== null && b !== null && isSameDocument(a, b)),
});

/** What MySQL makes of it. What it may refuse is left to it. */
const stored = (value: Value): Value => (value === null ? null : (jsonbText(value, {number: storedNumber}) ?? value));

const isSameDocument = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((text) => jsonbText(text, {number: sameNumber}));
  return one !== undefined && one === other && !hasTwins(a) && !hasTwins(b);
};

/** What is written without a point and an exponent is exact within 64 bits. */
const storedNumber = (text: string, original: string): string => {
  if (/^-?\d+$/.test(original) && isInteger(BigInt(text))) return text;
  const digits = doubleDigits(text);
  return digits.includes('.') ? digits : `${digits}.0`;
};

/** The shortest that only this DOUBLE has, all written out. */
const doubleDigits = (text: string): string => {
  const value = Number(text);
  return Number.isFinite(value) ? (jsonbText(String(value)) ?? text) : text;
};

const isInteger = (value: bigint): boolean => value >= -(1n << 63n) && value < 1n << 64n;

/** As many may be how somebody has printed a DOUBLE; more are a number of their own. */
const DOUBLE_DIGITS_MAX = 17;

/** 1.50, 1.5 and 15e-1 are one number. */
const sameNumber = (text: string, original: string): string => {
  if (/^-?\d+$/.test(original)) return text;
  const significant = text.replace('.', '').replace(/^-?0+/, '').replace(/0+$/, '').length;
  const digits = significant > DOUBLE_DIGITS_MAX ? text : doubleDigits(text);
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
};
