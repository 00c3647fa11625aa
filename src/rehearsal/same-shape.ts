/** Values of the same shape: letters for letters, digits for digits, and an address that leads nowhere for an address. */
import type {KeyedCipher} from './keyed-cipher.ts';

/** A permutation of longer texts would be arithmetic with very large numbers; they are so many that a keyed stream meets none twice. */
const PERMUTED_MAX = 40;
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';

/** `lengthMax`: of the column. */
export function fakeText(cipher: KeyedCipher, value: string, lengthMax = Number.POSITIVE_INFINITY): string {
  const special = nowhere(cipher, value, lengthMax);
  if (special !== undefined) return special;
  // Whatever else an @ stands in must not be taken for an address.
  const kept = value.replaceAll('@', '#');
  const isPlain = kept.length <= PERMUTED_MAX && !/[^\p{ASCII}]/u.test(kept);
  return isPlain ? permuted(cipher, kept) : streamed(cipher, kept);
}

/** RFC 2606: nobody can ever have `.invalid`. Undefined where it is no address, or does not fit. */
function nowhere(cipher: KeyedCipher, value: string, lengthMax: number): string | undefined {
  const isMail = /^[^@\s]+@[^@\s]+$/.test(value);
  const isPage = /^[a-z][a-z\d+.-]*:\/\/\S+$/i.test(value);
  if (!isMail && !isPage) return undefined;
  const name = letters(cipher.digest(value), 16);
  const forms = isMail ? [`${name}@example.invalid`, `${name.slice(0, 11)}@x.invalid`] : [`https://example.invalid/${name}`];
  return forms.find((form) => form.length <= lengthMax);
}

/** Base 32, without what looks like an amount or a word of the language. */
const letters = (digest: Buffer, length: number): string =>
  Array.from(digest.subarray(0, length), (byte) => 'abcdefghjkmnpqrstvwxyz0123456789'[byte % 32]).join('');

const alphabetOf = (sign: string): string =>
  LOWER.includes(sign) ? LOWER : UPPER.includes(sign) ? UPPER : DIGITS.includes(sign) ? DIGITS : '';

function permuted(cipher: KeyedCipher, value: string): string {
  const signs = Array.from(value);
  const alphabets = signs.map(alphabetOf);
  const shape = signs.map((sign, i) => (alphabets[i] === LOWER ? 'a' : alphabets[i] === UPPER ? 'A' : alphabets[i] ? '0' : sign)).join('');
  const size = alphabets.reduce((product, {length}) => product * BigInt(length || 1), 1n);
  const place = signs.reduce(
    (sum, sign, i) => (alphabets[i] ? sum * BigInt(alphabets[i].length) + BigInt(alphabets[i].indexOf(sign)) : sum),
    0n,
  );
  let rest = cipher.permute(place, size, shape);
  return signs
    .toReversed()
    .map((sign, back) => {
      const alphabet = alphabets[signs.length - 1 - back];
      if (!alphabet) return sign;
      const at = Number(rest % BigInt(alphabet.length));
      rest /= BigInt(alphabet.length);
      return alphabet[at];
    })
    .toReversed()
    .join('');
}

/** Letters of other scripts become Latin ones. */
function streamed(cipher: KeyedCipher, value: string): string {
  const signs = Array.from(value);
  const noise = cipher.stream(value, signs.length * 2);
  return signs
    .map((sign, i) => {
      const alphabet = /\p{Lu}|\p{Lt}/u.test(sign) ? UPPER : /\p{L}|\p{M}/u.test(sign) ? LOWER : /\p{N}/u.test(sign) ? DIGITS : '';
      return alphabet === '' ? sign : alphabet[noise.readUInt16LE(i * 2) % alphabet.length];
    })
    .join('');
}

const BITS: Readonly<Record<string, bigint>> = {tinyint: 8n, smallint: 16n, mediumint: 24n, integer: 32n, int: 32n, bigint: 64n};

/** What an integer of the type can hold, for numbers with as many digits as that. */
function largestOf(type: string): bigint | undefined {
  const bits = BITS[/^[a-z]+/.exec(type)?.[0] ?? ''];
  return bits && 2n ** (type.includes('unsigned') ? bits : bits - 1n) - 1n;
}

/** As many digits before and behind the point; a number of a whole type stays within it. */
export function fakeNumber(cipher: KeyedCipher, value: string, type: string): string {
  const [, sign = '', whole, , fraction, exponent = ''] = /^(-?)(\d+)(\.(\d+))?(e[-+]?\d+)?$/i.exec(value) ?? [];
  if (whole === undefined) return value; // NaN, Infinity: no person's
  // Nothing but 0 itself is like 0 whatever its sign.
  const from = whole.length > 1 ? 10n ** BigInt(whole.length - 1) : sign && fraction === undefined ? 1n : 0n;
  const most = 10n ** BigInt(whole.length) - 1n;
  const largest = largestOf(type);
  const to = largest !== undefined && largest < most ? largest : most;
  // Where there is an exponent, another first digit might be more than the type holds.
  const other = exponent === '' ? from + cipher.permute(BigInt(whole) - from, to - from + 1n, `number ${from} ${to}`) : whole;
  return `${sign}${other}${fraction === undefined ? '' : `.${permuted(cipher, fraction)}`}${exponent}`;
}

export function fakeUuid(cipher: KeyedCipher, value: string): string {
  const hex = cipher.digest(`uuid ${value}`).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Addresses that no network routes: 10/8, fd00::/8, locally administered hardware. */
export function fakeNetwork(cipher: KeyedCipher, value: string, type: string): string {
  const bytes = cipher.digest(`network ${value}`);
  const pairs = (count: number) => Array.from(bytes.subarray(0, count), (byte) => byte.toString(16).padStart(2, '0'));
  if (type.startsWith('macaddr')) return ['02', ...pairs(type === 'macaddr8' ? 7 : 5)].join(':');
  if (!value.includes(':')) return `10.${bytes[0]}.${bytes[1]}.${bytes[2]}`;
  return `fd00:0:0:0:${[0, 2, 4, 6].map((at) => bytes.readUInt16BE(at).toString(16)).join(':')}`;
}

/** `\x…`: as many bytes. */
export const fakeBytes = (cipher: KeyedCipher, value: string): string =>
  `\\x${cipher.stream(value, Math.max(0, value.length - 2) / 2).toString('hex')}`;
