/** MySQL's binary JSON as the text that the server prints for it. (MariaDB keeps JSON as text.) */
import {doubleText} from '../../model/mysql-double.ts';
import {Bytes} from './mysql-bytes.ts';
import {dateText, dateTimeText, decimalText, timeText, utf8Text} from './mysql-value-text.ts';

export const jsonText = (stored: Buffer): string => (stored.length === 0 ? 'null' : valueText(stored[0] ?? 0, stored.subarray(1)));

const KIND = {
  smallObject: 0,
  largeObject: 1,
  smallArray: 2,
  largeArray: 3,
  literal: 4,
  int16: 5,
  uint16: 6,
  int32: 7,
  uint32: 8,
  int64: 9,
  uint64: 10,
  double: 11,
  string: 12,
  opaque: 15,
} as const;

const LITERALS = ['null', 'true', 'false'] as const;

const valueText = (kind: number, stored: Buffer): string => {
  const bytes = new Bytes(stored);
  switch (kind) {
    case KIND.smallObject:
      return container(stored, 2, true);
    case KIND.largeObject:
      return container(stored, 4, true);
    case KIND.smallArray:
      return container(stored, 2, false);
    case KIND.largeArray:
      return container(stored, 4, false);
    case KIND.literal:
      return LITERALS[bytes.uint(1)] ?? unknown(kind);
    case KIND.int16:
      return String(bytes.int(2));
    case KIND.uint16:
      return String(bytes.uint(2));
    case KIND.int32:
      return String(bytes.int(4));
    case KIND.uint32:
      return String(bytes.uint(4));
    case KIND.int64:
      return String(bytes.int64());
    case KIND.uint64:
      return String(bytes.uint64());
    case KIND.double:
      return jsonDouble(bytes.double());
    case KIND.string:
      return quoted(utf8Text(bytes.take(length(bytes))));
    case KIND.opaque:
      return opaque(bytes.uint(1), bytes.take(length(bytes)));
    default:
      return unknown(kind);
  }
};

const unknown = (kind: number): never => {
  throw new RangeError(`JSON of an unknown kind ${kind}`);
};

/** Numbers and places of members come first, then the members; `width`: bytes of a place. Members stay in their order. */
const container = (stored: Buffer, width: 2 | 4, isObject: boolean): string => {
  const bytes = new Bytes(stored);
  const count = bytes.uint(width);
  const end = bytes.uint(width);
  const body = stored.subarray(0, end);
  const keys = isObject ? Array.from({length: count}, () => ({at: bytes.uint(width), length: bytes.uint(2)})) : undefined;
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    const kind = bytes.uint(1);
    const place = bytes.take(width);
    const text = valueText(kind, isInline(kind, width) ? place : body.subarray(place.readUIntLE(0, width)));
    const key = keys?.[i];
    parts.push(key ? `${quoted(utf8Text(body.subarray(key.at, key.at + key.length)))}: ${text}` : text);
  }
  return isObject ? `{${parts.join(', ')}}` : `[${parts.join(', ')}]`;
};

/** Small values stand where others have their place. */
const isInline = (kind: number, width: 2 | 4): boolean =>
  kind === KIND.literal || kind === KIND.int16 || kind === KIND.uint16 || (width === 4 && (kind === KIND.int32 || kind === KIND.uint32));

/** Seven bits a byte, the lowest first; the eighth says that another follows. */
const length = (bytes: Bytes): number => {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes.uint(1);
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
};

/** Told from an integer by its point. */
const jsonDouble = (value: number): string => {
  const text = doubleText(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// oxlint-disable-next-line no-control-regex -- those are what has to be written another way
const quoted = (text: string): string => `"${text.replace(/["\\\u0000-\u001f]/g, (one) => ESCAPES[one] ?? unicode(one))}"`;

const unicode = (one: string): string => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;

const OPAQUE = {date: 10, time: 11, datetime: 12, timestamp: 7, decimal: 246} as const;

/** Values of SQL types inside a document. */
const opaque = (type: number, stored: Buffer): string => {
  switch (type) {
    case OPAQUE.decimal:
      return decimalText(stored.subarray(2), stored[0] ?? 0, stored[1] ?? 0);
    case OPAQUE.date:
    case OPAQUE.datetime:
    case OPAQUE.timestamp:
      return `"${packedDate(stored.readBigInt64LE(), type === OPAQUE.date)}"`;
    case OPAQUE.time:
      return `"${packedTime(stored.readBigInt64LE())}"`;
    default:
      return `"base64:type${type}:${stored.toString('base64')}"`;
  }
};

const packedDate = (packed: bigint, isDate: boolean): string => {
  const whole = packed >> 24n;
  const bits = (from: number, count: number): number => Number((whole >> BigInt(from)) & ((1n << BigInt(count)) - 1n));
  const months = bits(22, 42);
  const at = {year: Math.floor(months / 13), month: months % 13, day: bits(17, 5)};
  if (isDate) return dateText(at);
  return dateTimeText({...at, hour: bits(12, 5), minute: bits(6, 6), second: bits(0, 6), micros: Number(packed & 0xff_ffffn)}, 6);
};

const packedTime = (packed: bigint): string => {
  const value = packed < 0n ? -packed : packed;
  const whole = Number(value >> 24n);
  return timeText(
    {hour: (whole >> 12) & 1023, minute: (whole >> 6) & 63, second: whole & 63, micros: Number(value & 0xff_ffffn)},
    packed < 0n,
    6,
  );
};
