/**
 * Floats in one spelling. Each server has its own (`1e15`, `1e+15`), MySQL's FLOAT is shown with the digits of a DOUBLE, and
 * not every version shows the sign of a zero (H-36).
 */

/** The shortest digits that only this number has. */
export const doubleText = (text: string): string => {
  const value = Number(text);
  return Number.isFinite(value) ? String(value === 0 ? 0 : value) : text;
};

/** The same among the numbers of 32 bits. */
export const realText = (text: string): string => {
  const value = Math.fround(Number(text));
  if (!Number.isFinite(value)) return text;
  for (let digits = 1; digits < REAL_DIGITS_MAX; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return doubleText(String(short));
  }
  return doubleText(value.toPrecision(REAL_DIGITS_MAX));
};

const REAL_DIGITS_MAX = 9;
