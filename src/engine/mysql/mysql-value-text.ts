/**
 * The one text form of every value, whichever way it comes: read by SELECT, or out of the binary log. It is what the
 * server itself prints in a session with UTC, `utf8mb4` and an empty `sql_mode`, with these exceptions, which no text of
 * the server holds: bytes are `\x` and hexadecimal digits (BINARY, VARBINARY, BLOB, BIT, spatial types with their SRID
 * first, VECTOR), FLOAT is printed as the DOUBLE it is, and ZEROFILL pads nothing.
 */
import {isUtf8} from 'node:buffer';
import {TerminalError} from '../../model/errors.ts';
import type {Column} from '../../model/table.ts';
import {quoteName} from './mysql-sql.ts';

/** `int` of `int(10) unsigned zerofill`. */
export const baseType = (type: string): string => /^[a-z0-9_]+/i.exec(type)?.[0].toLowerCase() ?? '';

const BYTES: ReadonlySet<string> = new Set([
  ...['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'bit', 'vector'],
  ...[
    'geometry',
    'point',
    'linestring',
    'polygon',
    'multipoint',
    'multilinestring',
    'multipolygon',
    'geometrycollection',
    'geomcollection',
  ],
]);

/** Values of this type are bytes and no text. */
export const isBytes = (type: string): boolean => BYTES.has(baseType(type));

/** What a SELECT has to ask for so that the server prints the text form. `prefix`: of a name, `t.` */
export const readExpression = (column: Pick<Column, 'name' | 'type'>, prefix = ''): string => {
  const name = prefix + quoteName(column.name);
  const base = baseType(column.type);
  if (base === 'float' || base === 'double') return `CAST(${name} AS DOUBLE)`;
  return / zerofill$/i.test(column.type) ? `(${name} + 0)` : name;
};

/** Of values as SELECT sends them. */
export const textReader = ({type}: Pick<Column, 'type'>): ((sent: Buffer) => string) => (isBytes(type) ? hexText : utf8Text);

export const hexText = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;

/** Text that is not UTF-8 would come out as other text, so it is refused (H-47). */
export const utf8Text = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd') && !isUtf8(bytes))
    throw new TerminalError('a text on the server is not valid in its own character set', {
      code: 'CF-MAP-003',
      next: 'find it with WHERE HEX(c) <> HEX(CONVERT(CONVERT(c USING binary) USING utf8mb4)) and correct it on the source',
    });
  return text;
};

const DIGITS_PER_WORD = 9;
const BYTES_OF_DIGITS = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4] as const;
const bytesOfDigits = (digits: number): number =>
  Math.floor(digits / DIGITS_PER_WORD) * 4 + (BYTES_OF_DIGITS[digits % DIGITS_PER_WORD] ?? 0);

export const decimalBytes = (precision: number, scale: number): number => bytesOfDigits(precision - scale) + bytesOfDigits(scale);

/** DECIMAL as it is stored: words of nine digits, the odd digits first before the point and last behind it. */
export const decimalText = (stored: Buffer, precision: number, scale: number): string => {
  const isNegative = ((stored[0] ?? 0) & 0x80) === 0;
  const bytes = Buffer.from(stored);
  if (isNegative) for (let i = 0; i < bytes.length; i++) bytes[i] = ~(bytes[i] ?? 0) & 0xff;
  bytes[0] = (bytes[0] ?? 0) ^ 0x80;
  let at = 0;
  const word = (digits: number): string => {
    const size = BYTES_OF_DIGITS[digits] ?? 0;
    at += size;
    return size ? String(bytes.readUIntBE(at - size, size)).padStart(digits, '0') : '';
  };
  const words = (digits: number): string =>
    Array.from({length: Math.floor(digits / DIGITS_PER_WORD)}, () => word(DIGITS_PER_WORD)).join('');
  const whole = precision - scale;
  const before = word(whole % DIGITS_PER_WORD) + words(whole);
  const behind = words(scale) + word(scale % DIGITS_PER_WORD);
  return `${isNegative ? '-' : ''}${before.replace(/^0+(?=\d)/, '') || '0'}${scale ? `.${behind}` : ''}`;
};

export type DateTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
};

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
export const fractionText = (micros: number, places: number): string =>
  places ? `.${String(micros).padStart(6, '0').slice(0, places)}` : '';

export const dateText = ({year, month, day}: Pick<DateTime, 'year' | 'month' | 'day'>): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

export const dateTimeText = (at: DateTime, places: number): string =>
  `${dateText(at)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}${fractionText(at.micros, places)}`;

/** Hours go up to 838. */
export const timeText = (
  {hour, minute, second, micros}: Pick<DateTime, 'hour' | 'minute' | 'second' | 'micros'>,
  isNegative: boolean,
  places: number,
): string => `${isNegative ? '-' : ''}${two(hour)}:${two(minute)}:${two(second)}${fractionText(micros, places)}`;

/** Seconds since 1970 in UTC; second 0 stands for the date that is none. */
export const timestampText = (seconds: number, micros: number, places: number): string => {
  if (seconds === 0) return dateTimeText({year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros}, places);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${fractionText(micros, places)}`;
};
