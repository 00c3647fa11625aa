/**
 * Debezium's values as PostgreSQL's own text, for the types of which that is proved (docs/decisions/0025). All other types are
 * left out of the messages, and a row that has one is read instead: some of their values end the connector, and of others it
 * sends something else without a word.
 */
import {ExactNumber, type Json} from './exact-json.ts';
import {doubleText, realText} from './float-text.ts';
import {dateText, intervalText, timestampText, timeText, zonedText} from './time-text.ts';

/** `unknown`: the value that the message carries could be that of several rows, so the row has to be read. */
export type Decoded = {readonly text: string} | 'unknown';
type Decode = (value: Json) => string | undefined;

const asIs: Decode = (value) => (typeof value === 'string' ? value : undefined);
const digits: Decode = (value) => (value instanceof ExactNumber && /^-?\d+$/.test(value.text) ? value.text : undefined);
const whole =
  (print: (value: bigint) => string | undefined): Decode =>
  (value) => {
    const text = digits(value);
    return text === undefined ? undefined : print(BigInt(text));
  };
const FLOAT_WORDS = /^(?:NaN|-?Infinity)$/;
const float =
  (print: (value: number) => string): Decode =>
  (value) =>
    value instanceof ExactNumber ? print(Number(value.text)) : typeof value === 'string' && FLOAT_WORDS.test(value) ? value : undefined;

const NUMERIC_WORDS = new Map([
  ['NAN', 'NaN'],
  ['POSITIVE_INFINITY', 'Infinity'],
  ['NEGATIVE_INFINITY', '-Infinity'],
]);
const numeric: Decode = (value) =>
  typeof value === 'string' ? (NUMERIC_WORDS.get(value) ?? (/^-?\d+(?:\.\d+)?$/.test(value) ? value : undefined)) : undefined;
const BASE64 = /^[A-Za-z\d+/]*={0,2}$/;
const bytes: Decode = (value) =>
  typeof value === 'string' && BASE64.test(value) ? `\\x${Buffer.from(value, 'base64').toString('hex')}` : undefined;
const text = (print: (value: string) => string | undefined): Decode => {
  return (value) => (typeof value === 'string' ? print(value) : undefined);
};

/** By the type without its length, scale or fields. */
const DECODERS: Readonly<Record<string, Decode>> = {
  boolean: (value) => (typeof value === 'boolean' ? (value ? 't' : 'f') : undefined),
  smallint: digits,
  integer: digits,
  bigint: digits,
  oid: digits,
  numeric,
  real: float(realText),
  'double precision': float(doubleText),
  text: asIs,
  'character varying': asIs,
  character: asIs,
  bpchar: asIs,
  uuid: asIs,
  json: asIs,
  jsonb: asIs,
  inet: asIs,
  cidr: asIs,
  macaddr: asIs,
  macaddr8: asIs,
  bytea: bytes,
  date: whole((days) => dateText(Number(days))),
  'timestamp without time zone': whole(timestampText),
  'timestamp with time zone': text(zonedText),
  'time without time zone': whole(timeText),
  interval: text(intervalText),
  int4range: asIs,
  int8range: asIs,
  numrange: asIs,
  tsvector: asIs,
};

/** Whether Debezium's messages carry such a column exactly, or say that they do not. */
export const isCarried = (type: string): boolean => decoderOf(type) !== undefined;

/** Throws never: a value that no row of that type sends is `unknown` as well. */
export function decodeValue(type: string, value: Json): Decoded {
  const found = decoderOf(type)?.(value);
  return found === undefined ? 'unknown' : {text: found};
}

/** Arrays come without their bounds and dimensions, and a scale below zero as tens of thousands of zeros behind the point. */
function decoderOf(type: string): Decode | undefined {
  if (type.endsWith('[]') || /^numeric\(\d+,-/.test(type)) return undefined;
  const bare = type.replace(/\(\d+(?:,\d+)?\)/, '').replace(/^interval .*/, 'interval');
  return Object.hasOwn(DECODERS, bare) ? DECODERS[bare] : undefined;
}
