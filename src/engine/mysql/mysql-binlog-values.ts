/** Values of the binary log as the texts that a SELECT of the same row gives. */
import {inflateRawSync, inflateSync} from 'node:zlib';
import {TerminalError} from '../../model/errors.ts';
import {doubleText} from '../../model/mysql-double.ts';
import type {LoggedColumn} from './mysql-binlog-table.ts';
import {TYPE} from './mysql-binlog-table.ts';
import type {Bytes} from './mysql-bytes.ts';
import type {Decoders} from './mysql-charsets.ts';
import {jsonText} from './mysql-json-text.ts';
import {baseType, dateText, dateTimeText, decimalBytes, decimalText, hexText, timestampText, timeText} from './mysql-value-text.ts';

/** Takes one value that is not NULL. */
export type ReadValue = (bytes: Bytes) => string;

/** `type`: as the catalogue writes it, for the few types that the log does not tell from bytes. */
export const valueReader = (column: LoggedColumn, decoders: Decoders, type: string | undefined): ReadValue => {
  const {first, second, isUnsigned} = column;
  switch (column.type) {
    case TYPE.tiny:
      return integer(1, isUnsigned);
    case TYPE.short:
      return integer(2, isUnsigned);
    case TYPE.int24:
      return integer(3, isUnsigned);
    case TYPE.long:
      return integer(4, isUnsigned);
    case TYPE.longlong:
      return isUnsigned ? (bytes) => String(bytes.uint64()) : (bytes) => String(bytes.int64());
    case TYPE.decimal:
      return (bytes) => decimalText(bytes.take(decimalBytes(first, second)), first, second);
    case TYPE.float:
      return (bytes) => doubleText(bytes.float());
    case TYPE.double:
      return (bytes) => doubleText(bytes.double());
    case TYPE.year:
      return year;
    case TYPE.date:
      return date;
    case TYPE.time2:
      return (bytes) => time(bytes, first);
    case TYPE.datetime2:
      return (bytes) => dateTime(bytes, first);
    case TYPE.timestamp2:
      return (bytes) => timestampText(bytes.uintBig(4), micros(bytes, first), first);
    case TYPE.bit:
      return (bytes) => hexText(bytes.take(second + (first > 0 ? 1 : 0)));
    case TYPE.enum:
      return enumLabel(column, decoders);
    case TYPE.set:
      return setLabels(column, decoders);
    case TYPE.json:
      return (bytes) => jsonText(bytes.take(bytes.uint(first)));
    case TYPE.geometry:
    case TYPE.vector:
      return (bytes) => hexText(bytes.take(bytes.uint(first)));
    case TYPE.string:
      return fixedString(column, decoders, type);
    default:
      return variableString(column, decoders);
  }
};

const integer = (size: number, isUnsigned: boolean): ReadValue =>
  isUnsigned ? (bytes) => String(bytes.uint(size)) : (bytes) => String(bytes.int(size));

const year: ReadValue = (bytes) => {
  const since1900 = bytes.uint(1);
  return since1900 === 0 ? '0000' : String(1900 + since1900);
};

const date: ReadValue = (bytes) => {
  const packed = bytes.uint(3);
  return dateText({year: packed >> 9, month: (packed >> 5) & 15, day: packed & 31});
};

/** Two places a byte, and as many bytes as `places` need. */
const fractionBytes = (places: number): number => (places + 1) >> 1;
const MICROS_OF_BYTES = [1, 10_000, 100, 1] as const;
const micros = (bytes: Bytes, places: number): number =>
  bytes.uintBig(fractionBytes(places)) * (MICROS_OF_BYTES[fractionBytes(places)] ?? 1);

/** Sorted as bytes: 0 stands in the middle, and a negative time is the complement, fraction included. */
const time = (bytes: Bytes, places: number): string => {
  const size = fractionBytes(places);
  const packed = bytes.uintBig(3 + size) - 2 ** (23 + 8 * size);
  const value = Math.abs(packed);
  const whole = Math.floor(value / 2 ** (8 * size));
  const fraction = value % 2 ** (8 * size);
  const parts = {hour: whole >> 12, minute: (whole >> 6) & 63, second: whole & 63, micros: fraction * (MICROS_OF_BYTES[size] ?? 1)};
  return timeText(parts, packed < 0, places);
};

const dateTime = (bytes: Bytes, places: number): string => {
  const packed = bytes.uintBig(5) - 2 ** 39;
  const days = Math.floor(packed / 2 ** 17);
  const clock = packed % 2 ** 17;
  const months = days >> 5;
  const at = {year: Math.floor(months / 13), month: months % 13, day: days & 31};
  return dateTimeText({...at, hour: clock >> 12, minute: (clock >> 6) & 63, second: clock & 63, micros: micros(bytes, places)}, places);
};

/** Number 0 is the empty text that stands for a value that was none of the labels. */
const enumLabel = (column: LoggedColumn, decoders: Decoders): ReadValue => {
  const labels = labelTexts(column, decoders);
  return (bytes) => {
    const number = bytes.uint(column.first);
    const label = number === 0 ? '' : labels[number - 1];
    if (label === undefined) throw unreadable(column, `label ${number} of ${labels.length}`);
    return label;
  };
};

const setLabels = (column: LoggedColumn, decoders: Decoders): ReadValue => {
  const labels = labelTexts(column, decoders);
  return (bytes) => {
    const bits = bytes.take(column.first);
    return labels.filter((_, i) => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1).join(',');
  };
};

const labelTexts = (column: LoggedColumn, decoders: Decoders): readonly string[] => {
  const decode = decoders.of(column.name, column.collation);
  return column.labels.map(decode);
};

/** A prefix of two bytes where one could not hold the greatest length. */
const prefixBytes = (length: number): number => (length > 255 ? 2 : 1);

/** CHAR and BINARY, and what MariaDB writes like BINARY: the log leaves out the zeros at their end. */
const fixedString = (column: LoggedColumn, decoders: Decoders, type: string | undefined): ReadValue => {
  const take = (bytes: Bytes): Buffer => bytes.take(bytes.uint(prefixBytes(column.first)));
  if (!decoders.isBinary(column.collation)) {
    const decode = decoders.of(column.name, column.collation);
    return (bytes) => decode(take(bytes));
  }
  const print = PRINTED[baseType(type ?? '')] ?? hexText;
  return (bytes) => print(padded(take(bytes), column.first));
};

const padded = (bytes: Buffer, length: number): Buffer =>
  bytes.length === length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);

const uuidText = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** As MariaDB prints them: the longest run of zeros is shortened, and an address of the old kind ends in its own form. */
const inet6Text = (bytes: Buffer): string => {
  const words = Array.from({length: 8}, (_, i) => bytes.readUInt16BE(2 * i));
  const tail = bytes.subarray(12).join('.');
  const isOld = words.slice(0, 5).every((word) => word === 0);
  if (isOld && words[5] === 0xffff) return `::ffff:${tail}`;
  if (isOld && words[5] === 0 && words[6] !== 0) return `::${tail}`;
  const zerosFrom = (i: number): number => (words[i] === 0 ? 1 + zerosFrom(i + 1) : 0);
  const runs = words.map((_, i) => zerosFrom(i));
  const longest = Math.max(...runs);
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  if (longest === 0) return hex(words);
  const at = runs.indexOf(longest);
  return `${hex(words.slice(0, at))}::${hex(words.slice(at + longest))}`;
};

const PRINTED: Readonly<Record<string, (bytes: Buffer) => string>> = {
  uuid: uuidText,
  inet4: (bytes) => bytes.join('.'),
  inet6: inet6Text,
};

const variableString = (column: LoggedColumn, decoders: Decoders): ReadValue => {
  const take = takeVariable(column);
  if (decoders.isBinary(column.collation)) return (bytes) => hexText(take(bytes));
  const decode = decoders.of(column.name, column.collation);
  return (bytes) => decode(take(bytes));
};

const takeVariable = (column: LoggedColumn): ((bytes: Bytes) => Buffer) => {
  switch (column.type) {
    case TYPE.varchar:
    case TYPE.varString:
      return (bytes) => bytes.take(bytes.uint(prefixBytes(column.first)));
    case TYPE.blob:
      return (bytes) => bytes.take(bytes.uint(column.first));
    case TYPE.varcharCompressed:
      return (bytes) => inflated(bytes.take(bytes.uint(prefixBytes(column.first))));
    case TYPE.blobCompressed:
      return (bytes) => inflated(bytes.take(bytes.uint(column.first)));
    default:
      throw unreadable(column, `type ${column.type}`);
  }
};

/** MariaDB's COMPRESSED columns: a byte for the method, the length, and the value, or the value as it is. */
const inflated = (stored: Buffer): Buffer => {
  const method = stored[0] ?? 0;
  if (method >> 4 === 0) return stored.subarray(1);
  const packed = stored.subarray(1 + (method & 7));
  return method & 8 ? inflateRawSync(packed) : inflateSync(packed);
};

const unreadable = (column: LoggedColumn, what: string): TerminalError =>
  new TerminalError(`the binary log has a value of column ${column.name} that cannot be read: ${what}`, {
    code: 'CF-SCOPE-004',
    next: 'leave the table out of the scope, or give the column a type of today (ALTER TABLE … FORCE)',
  });
