/** Every type that a column may have, with values: scalars, ranges, composites, domains, enums, extensions, and arrays of all. */
import fc from 'fast-check';
import {scalarValues, texts} from './scalar-values.ts';

export type TypedValues = {
  readonly type: string;
  readonly values: fc.Arbitrary<string>;
  /** Built in, so that both servers read one binary form. */
  readonly isBuiltIn: boolean;
};

/** Run on both sides before the tables are made; objects of the same name get other numbers on each. */
export const typeSetUp: readonly string[] = [
  'CREATE EXTENSION hstore',
  'CREATE EXTENSION citext',
  'CREATE EXTENSION ltree',
  'CREATE SCHEMA "Odd types"',
  `CREATE TYPE "Odd types".mood AS ENUM ('ok', '', 'it''s "odd", \\ {}', 'NULL', 'Ö')`,
  'CREATE TYPE pair AS (a integer, b text, c bytea, d numeric)',
  'CREATE TYPE "Odd types".nested AS (p pair, many text[], "Mood" "Odd types".mood, ps pair[])',
  `CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  'CREATE DOMAIN folded AS text COLLATE folding',
  'CREATE DOMAIN small AS smallint CHECK (VALUE > -100)',
  'CREATE DOMAIN code AS text CHECK (length(VALUE) < 50)',
  'CREATE DOMAIN short AS character varying(12)',
  'CREATE DOMAIN padded AS character(4)',
  'CREATE DOMAIN price AS numeric(20,4)',
  'CREATE DOMAIN pair_domain AS pair',
  'CREATE DOMAIN words AS text[]',
  'CREATE DOMAIN code_of_code AS code',
  'CREATE DOMAIN mood_domain AS "Odd types".mood',
  'CREATE DOMAIN span AS int4range',
  'CREATE DOMAIN spans AS datemultirange',
  'CREATE DOMAIN pairs AS pair[]',
  'CREATE TYPE booking AS (during tsrange, places int4multirange, level small, tags code[], lasting interval, words tsvector)',
  'CREATE TYPE texts_range AS RANGE (SUBTYPE = text, COLLATION = "C")',
];

const SUBTYPES: Readonly<Record<string, string>> = {
  int4range: 'integer',
  int8range: 'bigint',
  numrange: 'numeric',
  tsrange: 'timestamp without time zone',
  tstzrange: 'timestamp with time zone',
  daterange: 'date',
};

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const scalar = (type: string): fc.Arbitrary<string> => scalarValues[type] ?? fc.constant('');
const field = (value: string | null): string => (value === null ? '' : quoted(value));
const composite = (...fields: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...fields.map((one) => fc.option(one, {nil: null, freq: 4}))).map((all) => `(${all.map(field).join(',')})`);

/** NULLs, several dimensions and bounds of their own; `delimiter` is the element type's. */
export const arrayOf = (values: fc.Arbitrary<string>, delimiter = ','): fc.Arbitrary<string> => {
  const element = fc.option(values, {nil: null, freq: 5}).map((one) => (one === null ? 'NULL' : quoted(one)));
  const row = (length: number) => fc.array(element, {minLength: length, maxLength: length}).map((all) => `{${all.join(delimiter)}}`);
  const flat = fc.integer({min: 1, max: 4}).chain(row);
  const table = fc
    .tuple(fc.integer({min: 1, max: 3}), fc.integer({min: 1, max: 3}))
    .chain(([rows, columns]) => fc.array(row(columns), {minLength: rows, maxLength: rows}).map((all) => `{${all.join(delimiter)}}`));
  const bounded = fc
    .tuple(fc.integer({min: -5, max: 5}), fc.integer({min: 1, max: 3}))
    .chain(([from, length]) => row(length).map((all) => `[${from}:${from + length - 1}]=${all}`));
  return fc.oneof(fc.constant('{}'), flat, table, bounded);
};

/** In the order that the server asks for, which only it can tell: `range_of` of the tables' set-up would be another way. */
const rangeOf = (subtype: string): fc.Arbitrary<string> => {
  const bounds: Readonly<Record<string, readonly string[]>> = {
    integer: ['-2147483648', '-5', '0', '7', '2147483646'],
    bigint: ['-9223372036854775808', '-1', '0', '9007199254740993', '9223372036854775806'],
    numeric: ['-Infinity', '-1e100', '-0.00', '1.0', '1.50', '3', 'Infinity'],
    'timestamp without time zone': ['-infinity', '0044-03-15 00:00:00 BC', '2024-01-01 00:00:00.000001', 'infinity'],
    'timestamp with time zone': ['-infinity', '0044-03-15 00:00:00+00 BC', '2024-01-01 00:00:00.000001+00', 'infinity'],
    date: ['-infinity', '0044-03-15 BC', '2024-02-29', 'infinity'],
    text: ['', 'NULL', 'a', 'a"b', 'b,c]', '\\'],
  };
  const ordered = (bounds[subtype] ?? []).toSorted((a, b) => (subtype === 'text' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : 0));
  const place = fc.nat(ordered.length - 1);
  const spanned = fc
    .record({
      a: place,
      b: place,
      low: fc.constantFrom('[', '('),
      high: fc.constantFrom(']', ')'),
      open: fc.constantFrom('', 'low', 'high', 'both'),
    })
    .map(({a, b, low, high, open}) => {
      const from = open === 'low' || open === 'both' ? '' : quoted(ordered[Math.min(a, b)] ?? '');
      const to = open === 'high' || open === 'both' ? '' : quoted(ordered[Math.max(a, b)] ?? '');
      return `${low}${from},${to}${high}`;
    });
  return fc.oneof(fc.constant('empty'), spanned);
};
const multirangeOf = (range: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(range, {maxLength: 3}).map((all) => `{${all.join(',')}}`);

const mood = fc.constantFrom('ok', '', 'it\'s "odd", \\ {}', 'NULL', 'Ö');
const pair = composite(
  scalar('integer'),
  texts(10),
  scalar('bytea'),
  scalar('numeric').filter((n) => n.length < 60),
);
const pairs = fc.string({unit: fc.constantFrom(...Array.from('ab "\\=>,')), maxLength: 5});
const hstore = fc
  .array(fc.tuple(pairs, fc.option(pairs, {nil: null})), {maxLength: 3})
  .map((all) => all.map(([key, value]) => `${quoted(key)}=>${value === null ? 'NULL' : quoted(value)}`).join(','));
const label = fc.string({unit: fc.constantFrom(...Array.from('aAbB19_')), minLength: 1, maxLength: 6});

const ranges: readonly TypedValues[] = Object.entries(SUBTYPES).flatMap(([type, subtype]) => [
  {type, values: rangeOf(subtype), isBuiltIn: true},
  {type: type.replace('range', 'multirange'), values: multirangeOf(rangeOf(subtype)), isBuiltIn: true},
]);
const custom: readonly TypedValues[] = Object.entries({
  '"Odd types".mood': mood,
  'public.pair': pair,
  '"Odd types".nested': composite(pair, arrayOf(texts(6)), mood, arrayOf(pair)),
  'public.small': fc.integer({min: -99, max: 32_767}).map(String),
  'public.code': texts(40),
  'public.short': texts(12),
  'public.padded': texts(4),
  'public.price': fc.integer().map((n) => (n / 10_000).toFixed(4)),
  'public.pair_domain': pair,
  'public.mood_domain': mood,
  'public.span': rangeOf('integer'),
  'public.spans': multirangeOf(rangeOf('date')),
  'public.pairs': arrayOf(pair),
  'public.booking': composite(
    rangeOf('timestamp without time zone'),
    multirangeOf(rangeOf('integer')),
    fc.integer({min: -99, max: 32_767}).map(String),
    arrayOf(texts(6)),
    scalar('interval'),
    scalar('tsvector'),
  ),
  'public.words': arrayOf(texts(6)),
  'public.code_of_code': texts(20),
  'public.texts_range': rangeOf('text'),
  'public.texts_multirange': multirangeOf(rangeOf('text')),
  'public.hstore': hstore,
  'public.citext': fc.oneof(texts(10), fc.constantFrom('a', 'A', 'B', 'b', 'ä', 'Ä')),
  'public.folded': fc.oneof(texts(6), fc.constantFrom('a', 'A', 'B', 'b', 'ä', 'Ä')),
  'public.ltree': fc.array(label, {maxLength: 4}).map((all) => all.join('.')),
  'public.lquery': fc
    .array(
      fc.tuple(label, fc.constantFrom('', '*', '{1,2}', '@', '%')).map((all) => all.join('')),
      {minLength: 1, maxLength: 3},
    )
    .map((all) => all.join('.')),
  'public.ltxtquery': label.map((one) => `${one} & !b*@`),
}).map(([type, values]) => ({type, values, isBuiltIn: false}));

const plain: readonly TypedValues[] = [
  ...Object.entries(scalarValues).map(([type, values]) => ({type, values, isBuiltIn: !/^(reg|aclitem|int2vector|oidvector)/.test(type)})),
  ...ranges,
  ...custom,
];
const isPlain = (type: string): boolean => ['public.words', 'public.pairs'].includes(type);
/** `box` is the one type whose arrays are separated by a semicolon. */
const arrays: readonly TypedValues[] = plain
  .filter(({type}) => !isPlain(type))
  .map(({type, values, isBuiltIn}) => ({type: `${type}[]`, values: arrayOf(values, type === 'box' ? ';' : ','), isBuiltIn}));

export const typedValues: readonly TypedValues[] = [...plain, ...arrays];
