/**
 * What a value becomes on MySQL and MariaDB: pure functions from text to text, by the name of the conversion. Where the pair
 * of types is one that MySQL also brings to PostgreSQL, it is that conversion turned round, so the two cannot disagree.
 *
 * A value that has no equal is not thrown on: `forward` answers NULL, which does not come back as it was, and the mapping
 * refuses such values unless the plan allows loss.
 */
import type {Value} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import {jsonbText} from '../json-text.ts';
import {conversion as ofMysql} from '../mysql-to-postgres/values.ts';
import {doubleJson, isSameDoubleJson, isSameJson, plainJson, textJson} from './json-text.ts';
import type {Conversion} from '../type-choice.ts';

export type ConversionName =
  | 'same'
  | 'text'
  | 'short-text'
  | 'short-bytes'
  | 'bpchar'
  | 'decimal'
  | 'any-decimal'
  | 'float'
  | 'real'
  | 'date'
  | 'datetime'
  | 'utc-datetime'
  | 'timestamp'
  | 'interval'
  | 'clock'
  | 'flag'
  | 'bit-flag'
  | 'bits'
  | 'bytes-uuid'
  | 'text-uuid'
  | 'json'
  | 'json-text';

/** `digits` of the fraction, or bits; `length` in signs or bytes, or digits before the point. */
export type ValueShape = {readonly digits: number; readonly length: number};

export const conversion = (name: ConversionName, shape: ValueShape): Conversion => CONVERSIONS[name](shape);

const identity = (text: string): string => text;

/** A pair of types of the other direction. What it throws on has no place here. */
const turned =
  (name: Parameters<typeof ofMysql>[0]) =>
  ({digits}: ValueShape): Conversion => {
    const {forward, reverse, isSame} = ofMysql(name, {digits, members: []});
    return {
      forward: orNull(reverse),
      reverse: (text) => forward(text) ?? refuse(),
      ...(isSame ? {isSame} : {}),
    };
  };

const CONVERSIONS: {readonly [Name in ConversionName]: (shape: ValueShape) => Conversion} = {
  same: () => ({forward: identity, reverse: identity}),
  text: turned('text'),
  'short-text': (shape) => ({...turned('text')(shape), forward: (text) => (hasMore(text, shape.length) ? null : text)}),
  'short-bytes': ({length}) => ({forward: (text) => (text.length > 2 + 2 * length ? null : text), reverse: identity}),
  /** PostgreSQL shows all its spaces and MySQL none, and neither counts them. */
  bpchar: (shape) => ({
    forward: (text) => text.replace(/ +$/, ''),
    reverse: (text) => `${turned('text')(shape).reverse(text)}${' '.repeat(Math.max(0, shape.length - Array.from(text).length))}`,
  }),
  decimal: () => ({forward: (text) => (text === 'NaN' ? null : text), reverse: identity}),
  'any-decimal': (shape) => ({forward: (text) => placedDecimal(text, shape), reverse: plainDecimal, isSame: isSameDecimal}),
  float: turned('float'),
  real: turned('real'),
  date: turned('date'),
  datetime: turned('datetime'),
  'utc-datetime': turned('utc-datetime'),
  timestamp: turned('timestamp'),
  interval: turned('interval'),
  /** Both have an hour 24, which no conversion of MySQL's TIME takes for a time of day. */
  clock: (shape) => {
    const {forward, reverse} = turned('clock')(shape);
    return {
      forward: (text) => (text === '24:00:00' ? midnight(shape.digits) : forward(text)),
      reverse: (text) => (text === midnight(shape.digits) ? '24:00:00' : reverse(text)),
    };
  },
  flag: turned('flag'),
  'bit-flag': turned('bit-flag'),
  bits: turned('bits'),
  'bytes-uuid': turned('bytes-uuid'),
  'text-uuid': turned('text-uuid'),
  json: () => ({forward: (text) => doubleJson(text) ?? null, reverse: (text) => plainJson(text) ?? refuse(), isSame: isSameDoubleJson}),
  'json-text': () => ({forward: (text) => textJson(text) ?? null, reverse: (text) => jsonbText(text) ?? refuse(), isSame: isSameJson}),
};

const orNull =
  (convert: (text: string) => Value) =>
  (text: string): Value => {
    try {
      return convert(text);
    } catch (error) {
      if (error instanceof TerminalError && error.code === 'CF-MAP-003') return null;
      throw error;
    }
  };

/** The value itself is never shown. */
const refuse = (): never => {
  throw new TerminalError('a value of the target is none that the column of the source can hold', {
    code: 'CF-MAP-003',
    next: 'crossfade explain CF-MAP-003',
  });
};

/** Signs, not UTF-16 units; most texts are short enough by either. */
const hasMore = (text: string, length: number): boolean => text.length > length && Array.from(text).length > length;

const midnight = (digits: number): string => `24:00:00${digits ? `.${'0'.repeat(digits)}` : ''}`;

/** Undefined for NaN and infinity. */
const decimalParts = (text: string): readonly [sign: string, whole: string, fraction: string] | undefined => {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  return found ? [found[1] ?? '', (found[2] ?? '').replace(/^0+(?=\d)/, ''), (found[3] ?? '').replace(/0+$/, '')] : undefined;
};

/** As a DECIMAL of the shape prints it; null where a digit would be lost. */
const placedDecimal = (text: string, {digits, length}: ValueShape): Value => {
  const [sign, whole, fraction] = decimalParts(text) ?? ['', '', undefined];
  if (fraction === undefined || fraction.length > digits || (whole === '0' ? 0 : whole.length) > length) return null;
  return `${sign}${whole}${digits ? `.${fraction.padEnd(digits, '0')}` : ''}`;
};

const plainDecimal = (text: string): string => {
  const [sign, whole, fraction] = decimalParts(text) ?? refuse();
  return `${sign}${whole}${fraction && `.${fraction}`}`;
};

/** To PostgreSQL too 1.5 and 1.50 are one number. */
const isSameDecimal = (a: string, b: string): boolean => decimalParts(a)?.join() === decimalParts(b)?.join();
