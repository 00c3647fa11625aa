/**
 * What a value becomes on the other engine: pure functions from text to text, by the name of the conversion. Texts of the
 * source are as the engine's `mysql-value-text.ts` makes them: digits without the padding of ZEROFILL, times in UTC with
 * all digits of the column, JSON as printed, BIT and all binary types as `\x` and lower-case hex. Texts of the target are as
 * PostgreSQL prints them in our sessions (ISO dates in UTC, iso_8601 intervals, hex bytea), so both can be compared.
 *
 * A value that has no equal is not thrown on: `forward` answers what stands for it (often NULL), which does not come back
 * as it was, and the mapping refuses such values unless the plan allows loss.
 */
import type {KeptText} from '../../model/carried.ts';
import type {Value} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import {mysqlNumber, shortNumber} from './json-number.ts';
import {hasTwins, jsonbText} from '../json-text.ts';
import {keptTexts, oneOf} from '../kept-texts.ts';
import {doubleText, realText} from '../float-text.ts';
import {setArray, setText} from './set-text.ts';
import {clockText, dateText, intervalText, momentText, mysqlClock, mysqlMoment, mysqlTime} from '../time-text.ts';
import type {Conversion} from '../type-choice.ts';

export type ConversionName =
  | 'same'
  | 'text'
  | 'char'
  | 'float'
  | 'real'
  | 'year'
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
  | 'uuid'
  | 'enum'
  | 'set'
  | 'jsonb'
  | 'mysql-jsonb';

/** What a conversion needs to know of the column: digits of the fraction, bits, members of an ENUM or SET. */
export type ValueShape = {readonly digits: number; readonly members: readonly string[]};

export const conversion = (name: ConversionName, shape: ValueShape): Conversion => CONVERSIONS[name](shape);

const identity = (text: string): string => text;

const CONVERSIONS: {readonly [Name in ConversionName]: (shape: ValueShape) => Conversion} = {
  same: () => ({forward: identity, reverse: identity, kept: keptTexts.text}),
  text: () => ({forward: withoutNul, reverse: identity, kept: keptTexts.text}),
  /** MySQL takes the spaces at the end off. */
  char: () => ({forward: withoutNul, reverse: (text) => text.replace(/ +$/, ''), kept: keptTexts.char}),
  float: () => ({
    forward: doubleText,
    reverse: (text) => doubleText(finite(text)),
    isSame: (a, b) => Number(a) === Number(b),
    kept: keptTexts.number,
  }),
  real: () => ({forward: realText, reverse: (text) => realText(finite(text)), isSame: (a, b) => realText(a) === realText(b)}),
  year: () => ({forward: (text) => text.replace(/^0+(?=\d)/, ''), reverse: (text) => text.padStart(4, '0'), kept: keptTexts.year}),
  date: () => ({forward: orNull(dateText), reverse: placed(dateText, 'a date'), kept: keptTexts.date}),
  datetime: ({digits}) => ({
    forward: orNull(momentText),
    reverse: placed((text) => mysqlMoment(text, digits), 'a DATETIME'),
    kept: keptTexts.datetime,
  }),
  'utc-datetime': inUtc('a DATETIME', () => true, keptTexts.utcDatetime),
  timestamp: inUtc('a TIMESTAMP', (text) => text >= '1970-01-01 00:00:01' && text < '2038-01-19 03:14:08', keptTexts.timestamp),
  interval: ({digits}) => ({forward: orNull(intervalText), reverse: placed((text) => mysqlTime(text, digits), 'a TIME')}),
  clock: ({digits}) => ({forward: orNull(clockText), reverse: placed((text) => mysqlClock(text, digits), 'a TIME'), kept: keptTexts.clock}),
  flag: () => ({forward: (text) => (text === '0' ? 'f' : 't'), reverse: (text) => (text === 't' ? '1' : '0'), kept: keptTexts.flag}),
  'bit-flag': () => ({forward: (text) => (text === '\\x00' ? 'f' : 't'), reverse: (text) => (text === 't' ? '\\x01' : '\\x00')}),
  bits: ({digits}) => ({forward: (text) => bitText(text, digits), reverse: bitBytes}),
  'bytes-uuid': () => ({
    forward: (text) => orNull(dashed)(text.slice(2)),
    reverse: (text) => `\\x${text.replaceAll('-', '')}`,
  }),
  'text-uuid': () => ({forward: (text) => orNull(dashed)(text.replaceAll('-', '').toLowerCase()), reverse: identity}),
  uuid: () => ({forward: identity, reverse: (text) => (NO_MARIADB_UUID.test(text) ? refuse('a UUID') : text)}),
  /** A member that the definition does not have is the empty text (H-45). */
  enum: ({members}) => ({forward: (text) => (members.includes(text) ? text : null), reverse: member(members), kept: oneOf(members)}),
  set: ({members}) => ({forward: (text) => setArray(text), reverse: (text) => placed((one) => setText(one, members), 'a SET')(text)}),
  jsonb: () => ({forward: orNull(jsonbText), reverse: identity, isSame: isSameJson}),
  'mysql-jsonb': () => ({
    forward: orNull((text) => jsonbText(text, {number: shortNumber})),
    reverse: placed((text) => jsonbText(text, {number: heldNumber}), 'JSON'),
    isSame: (a, b) => jsonbText(a, {number: shortNumber}) === jsonbText(b, {number: shortNumber}) && !hasTwins(a),
  }),
};

/** Of version 8 and above, with these variants: MariaDB refuses what would look like its own form of an older one. */
const NO_MARIADB_UUID = /^.{14}[89a-f].{4}(?!00)(?:[0-7]|80)/;

/** PostgreSQL has no text with a NUL in it (H-48). */
const withoutNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '') : text);

const orNull =
  (convert: (text: string) => string | undefined) =>
  (text: string): Value =>
    convert(text) ?? null;

const placed =
  (convert: (text: string) => string | undefined, what: string) =>
  (text: string): string =>
    convert(text) ?? refuse(what);

const heldNumber = (number: string): string => mysqlNumber(number) ?? refuse('JSON');

/** The value itself is never shown. */
const refuse = (what: string): never => {
  throw new TerminalError(`a value of the target is none that ${what} of the source can hold`, {
    code: 'CF-MAP-003',
    next: 'crossfade explain CF-MAP-003',
  });
};

const finite = (text: string): string => (/^[+-]?[\d.]/.test(text) ? text : refuse('a FLOAT or DOUBLE'));

function inUtc(what: string, isHeld: (text: string) => boolean, kept: KeptText): (shape: ValueShape) => Conversion {
  return ({digits}) => ({
    forward: (text) => {
      const moment = momentText(text);
      return moment === undefined ? null : `${moment}+00`;
    },
    reverse: (text) => {
      const moment = text.endsWith('+00') ? mysqlMoment(text.slice(0, -3), digits) : undefined;
      return moment !== undefined && isHeld(moment) ? moment : refuse(what);
    },
    kept,
  });
}

const bitText = (text: string, bits: number): string =>
  BigInt(`0${text.slice(1)}`)
    .toString(2)
    .padStart(bits, '0');

/** Whole bytes, as MySQL keeps them. */
const bitBytes = (text: string): string =>
  `\\x${BigInt(`0b${text}`)
    .toString(16)
    .padStart(Math.ceil(text.length / 8) * 2, '0')}`;

const dashed = (hex: string): string | undefined => {
  const found = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex);
  return found?.slice(1).join('-');
};

const member =
  (members: readonly string[]) =>
  (text: string): string =>
    members.includes(text) ? text : refuse('an ENUM');

/** jsonb keeps neither spaces nor the order of keys, and neither is a value. A key that is there twice is one. */
const isSameJson = (a: string, b: string): boolean => jsonbText(a) === jsonbText(b) && !hasTwins(a);
