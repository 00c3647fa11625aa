/** How MySQL and MariaDB print floating point numbers, in rows as in documents. */

/** The server writes 0.000…1 and 100…0 with up to 15 places before it turns to an exponent, and all digits before a point. */
const PLACES_MAX = 15;

/** A double as the server prints it: the shortest digits that give the same number again. */
export const doubleText = (value: number): string => {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1; // places before the point
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (digits === '0') return `${sign}0`;
  if (point < 1 - PLACES_MAX || (point > PLACES_MAX && digits.length <= point)) return `${sign}${mantissa}e${point - 1}`;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
};
