/**
 * Debezium's values as the text of MySQL that our own reading of the log gives (src/engine/mysql/mysql-value-text.ts), for the
 * types and character sets of which that is proved (docs/decisions/0033). Of all others, and of each value that could be another
 * one's as well, nothing is said: the row is then taken from the log itself.
 */
import {doubleText} from '../model/mysql-double.ts';
import type {Column} from '../model/table.ts';
import {ExactNumber, type Json} from './exact-json.ts';
import {dateText} from './time-text.ts';

/** Undefined: it could be one of several values. */
export type ReadValue = (value: Json) => string | null | undefined;

/** What a reader needs to know of a column. `defaultText`: sent for dates that are none. */
export type SentColumn = Pick<Column, 'type' | 'notNull' | 'characterSet'> & {readonly defaultText?: string};

/** Undefined where no value of the column is carried as it is. NULL is carried by all but dates. */
export function mysqlReader(column: SentColumn): ReadValue | undefined {
  const [, base = '', inner = '', rest = ''] = /^(\w+)(?:\((.*)\))?(.*)$/s.exec(column.type.toLowerCase()) ?? [];
  const read = readerOf({base, places: Number(inner) || 0, isUnsigned: rest.includes('unsigned'), column});
  if (!read) return undefined;
  if (base === 'date' || base === 'datetime') return knownDate(read, column);
  return (value) => (value === null ? null : read(value));
}

type Sent = {
  readonly base: string;
  /** In the brackets of the type, where there is one number. */
  readonly places: number;
  readonly isUnsigned: boolean;
  readonly column: SentColumn;
};
type Read = (value: Json) => string | undefined;

function readerOf({base, places, isUnsigned, column}: Sent): Read | undefined {
  switch (base) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
      return digits;
    case 'bigint':
      return isUnsigned ? unsigned : digits;
    case 'decimal':
      return decimal;
    case 'float':
      return float(Math.fround);
    case 'double':
      return float((value) => value);
    case 'year':
      return (value) => year(digits(value));
    case 'bit':
      return bits(Math.ceil(places / 8));
    case 'date':
      return (value) => number(value, (days) => dateText(Number(days)));
    case 'datetime':
      return (value) => number(value, (units) => moment(units, places));
    case 'timestamp':
      return (value) => instant(value, places);
    case 'time':
      return (value) => number(value, (micros) => timeOfDay(micros, places));
    case 'char':
    case 'varchar':
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return CHARACTER_SETS.has(column.characterSet ?? 'utf8mb4') ? text : undefined;
    case 'binary':
      return (value) => bytes(value, places);
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return (value) => bytes(value);
    case 'enum':
    case 'set':
      return labels(base, column.type);
    default:
      return undefined;
  }
}

/** Those of which every sign comes as the server prints it, or as one that stands for none. */
const CHARACTER_SETS: ReadonlySet<string> = new Set([
  ...['utf8mb4', 'utf8mb3', 'utf8', 'ucs2', 'utf16', 'utf16le', 'utf32', 'ascii'],
  ...['latin1', 'latin2', 'koi8r', 'cp1251', 'cp850', 'macroman', 'tis620'],
]);

const digits: Read = (value) => (value instanceof ExactNumber && /^-?\d+$/.test(value.text) ? value.text : undefined);
const number = (value: Json, print: (value: bigint) => string | undefined): string | undefined => {
  const found = digits(value);
  return found === undefined ? undefined : print(BigInt(found));
};
const decimal: Read = (value) => (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? value : undefined);
const float =
  (held: (value: number) => number): Read =>
  (value) =>
    value instanceof ExactNumber ? doubleText(held(Number(value.text))) : undefined;
/** No year is 1900: it is how the year 0 comes. */
const year = (found: string | undefined): string | undefined => (found === '1900' ? '0000' : found);

const BASE64 = /^[A-Za-z\d+/]*={0,2}$/;
const bufferOf = (value: Json): Buffer | undefined =>
  typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : undefined;
const bytes = (value: Json, length?: number): string | undefined => {
  const found = bufferOf(value);
  return !found || (length !== undefined && found.length !== length) ? undefined : `\\x${found.toString('hex')}`;
};
/** With a byte for the sign in front, where the first one could be taken for it. */
const unsigned: Read = (value) => {
  const found = bufferOf(value);
  return found?.length ? String(BigInt(`0x${found.toString('hex')}`)) : undefined;
};
/** The last byte first; a single bit is a truth. */
const bits =
  (length: number): Read =>
  (value) => {
    if (typeof value === 'boolean') return value ? '\\x01' : '\\x00';
    const found = bufferOf(value);
    return found?.length === length ? `\\x${found.reverse().toString('hex')}` : undefined;
  };

/** U+FFFD stands for what Java does not know, and for itself. */
const text: Read = (value) => (typeof value === 'string' && !value.includes('\ufffd') ? value : undefined);

/** Labels with commas come with a backslash before them. */
function labels(base: string, type: string): Read | undefined {
  const known = Array.from(type.matchAll(/'((?:[^']|'')*)'/g), ([, label = '']) => label.replaceAll("''", "'"));
  if (known.some((label) => /[,\\\ufffd]/.test(label))) return undefined;
  const all = new Set(['', ...known]);
  return (value) => {
    if (typeof value !== 'string') return undefined;
    const chosen = base === 'set' ? value.split(',') : [value];
    return chosen.every((label) => all.has(label)) ? value : undefined;
  };
}

const MICROS_A_SECOND = 1_000_000n;
const MICROS_A_DAY = 86_400n * MICROS_A_SECOND;
/** Of `datetime`: up to here it is sent in milliseconds. */
const MILLI_PLACES_MAX = 3;
const EPOCH = /^1970-01-01(?: 00:00:00(?:\.0+)?)?$/;

/** Dates that are none (`0000-00-00`, `2024-00-10`) come as NULL, and where that cannot be as the column's default, or as the first day of 1970. */
const knownDate =
  (read: Read, {notNull, defaultText}: SentColumn): ReadValue =>
  (value) => {
    const found = value === null ? undefined : read(value);
    return notNull && found !== undefined && (EPOCH.test(found) || found === defaultText) ? undefined : found;
  };

const moment = (units: bigint, places: number): string | undefined => {
  const micros = places > MILLI_PLACES_MAX ? units : units * 1000n;
  const within = ((micros % MICROS_A_DAY) + MICROS_A_DAY) % MICROS_A_DAY;
  const day = dateText(Number((micros - within) / MICROS_A_DAY));
  return day === undefined ? undefined : `${day} ${clock(within, places)}`;
};

/** Second 0 of 1970 is the moment that is none. */
const instant = (value: Json, places: number): string | undefined => {
  const [, day, time, fraction = ''] =
    (typeof value === 'string' && /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(value)) || [];
  if (day === undefined) return undefined;
  const rest = places ? `.${fraction.padEnd(places, '0').slice(0, places)}` : '';
  return `${day}T${time}` === '1970-01-01T00:00:00' ? `0000-00-00 00:00:00${rest}` : `${day} ${time}${rest}`;
};

const timeOfDay = (micros: bigint, places: number): string => (micros < 0n ? `-${clock(-micros, places)}` : clock(micros, places));

/** Hours go up to 838. */
const clock = (micros: bigint, places: number): string => {
  const seconds = Number(micros / MICROS_A_SECOND);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  return `${parts.join(':')}${
    places
      ? `.${String(micros % MICROS_A_SECOND)
          .padStart(6, '0')
          .slice(0, places)}`
      : ''
  }`;
};
