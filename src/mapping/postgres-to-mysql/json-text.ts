/**
 * JSON that MySQL keeps in a form of its own: integers of 64 bits exactly, every other number as a double. The text that both
 * sides are compared by has the keys in jsonb's order and numbers without zeros at the end of their fraction.
 */
import {hasTwins, jsonbText, NotJsonb} from '../json-text.ts';

/** Levels that the servers know; one more is refused. MariaDB's check of a JSON text goes no deeper than this. */
export const LEVELS_MAX = {mysql: 99, mariadb: 31} as const;

/** Undefined for what MySQL would round, nest too deep, or refuse. */
export const doubleJson = (text: string): string | undefined => jsonbText(text, {number: heldNumber, depthMax: LEVELS_MAX.mysql});

/** MariaDB keeps the text. Undefined for what its check refuses. */
export const textJson = (text: string): string | undefined => jsonbText(text, {depthMax: LEVELS_MAX.mariadb});

export const plainJson = (text: string): string | undefined => jsonbText(text, {number: plainNumber});

/** A number is the same however many zeros it ends in. A key that is there twice is one. */
export const isSameDoubleJson = (a: string, b: string): boolean => plainJson(a) === plainJson(b) && !hasTwins(a);

export const isSameJson = (a: string, b: string): boolean => jsonbText(a) === jsonbText(b) && !hasTwins(a);

const plainNumber = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text).replace(/^-0$/, '0');

const heldNumber = (text: string): string => {
  const plain = plainNumber(text);
  if (/^-?\d+$/.test(plain) && BigInt(plain) >= INTEGER_MIN && BigInt(plain) <= INTEGER_MAX) return plain;
  const double = Number(plain);
  if (Number.isFinite(double) && plainJson(String(double)) === plain) return plain;
  throw new NotJsonb('a number that no double is');
};

const INTEGER_MIN = -(1n << 63n);
const INTEGER_MAX = (1n << 64n) - 1n;
