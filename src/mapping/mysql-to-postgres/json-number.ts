/**
 * Numbers inside JSON on MySQL, which keeps integers of 64 bits and doubles: `1.10` comes back as 1.1, and a number between
 * two doubles as the nearer one (H-46). MariaDB keeps the text. Numbers here are exact and without exponent.
 */
import {jsonbText} from '../json-text.ts';

/** Without the zeros at the end of a fraction, so that a number is one text on both sides. */
export const shortNumber = (number: string): string => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);

/** The same, or undefined for what MySQL would turn into another number. */
export const mysqlNumber = (number: string): string | undefined => {
  const short = shortNumber(number);
  return isWhole64(short) || jsonbText(String(Number(short)), {number: shortNumber}) === short ? short : undefined;
};

const isWhole64 = (number: string): boolean => {
  if (number.includes('.')) return false;
  const value = BigInt(number);
  return value >= -(1n << 63n) && value < 1n << 64n;
};
