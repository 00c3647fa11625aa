/** How PostgreSQL prints floating point numbers: the fewest digits that bring the same number back. */

/** From here on `double precision` is printed with an exponent, and `real` from the other. */
const DOUBLE_PLACES = 15;
const REAL_PLACES = 6;
const REAL_DIGITS_MAX = 9;

export const doubleText = (value: number): string => printed(value, DOUBLE_PLACES, () => value.toExponential());

export const realText = (value: number): string => {
  const single = Math.fround(value);
  return printed(single, REAL_PLACES, () => shortest(single));
};

/** A single has fewer digits than the double that it is here. */
function shortest(single: number): string {
  for (let digits = 1; digits < REAL_DIGITS_MAX; digits++) {
    const tried = single.toExponential(digits - 1);
    if (Math.fround(Number(tried)) === single) return tried;
  }
  return single.toExponential(REAL_DIGITS_MAX - 1);
}

function printed(value: number, places: number, scientific: () => string): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [, minus = '', digits = '', exponent = '0'] = /^(-?)([\d.]+)e([+-]\d+)$/.exec(scientific()) ?? [];
  const significant = digits.replace('.', '').replace(/0+$/, '');
  const power = Number(exponent);
  return `${minus}${power >= -4 && power < places ? plain(significant, power) : withExponent(significant, power)}`;
}

const plain = (digits: string, power: number): string => {
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const rest = digits.slice(power + 1);
  return rest ? `${whole}.${rest}` : whole;
};

const withExponent = (digits: string, power: number): string => {
  const rest = digits.slice(1);
  return `${digits[0]}${rest && `.${rest}`}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
};
