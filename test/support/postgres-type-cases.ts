/** For every type of PostgreSQL its values as the server prints them, and those that only a plan which allows loss can move. */
import fc from 'fast-check';
import {jsonbText} from '../../src/mapping/json-text.ts';
import {doubleText, realText} from '../../src/mapping/float-text.ts';
import type {TypedColumn} from '../../src/mapping/postgres-to-mysql/types.ts';
import {bytes, clock, day, decimal, digits, integer, json, text} from './mysql-type-cases.ts';

export type PostgresTypeCase = TypedColumn & {
  /** Of the choices of the type; the first when absent. */
  readonly declared?: string;
  readonly values: fc.Arbitrary<string>;
  /** Named losses, which become NULL. */
  readonly lost?: readonly string[];
  /** Texts of MySQL that the source has no place for, or would print in another way. */
  readonly stops?: readonly string[];
};

/** PostgreSQL leaves the zeros at the end of a fraction out. */
const short = (value: string): string => value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
const shortClock = (count: number): fc.Arbitrary<string> => fc.tuple(clock, digits(count)).map(([time, rest]) => short(time + rest));
const moment = (count: number): fc.Arbitrary<string> => fc.tuple(day, shortClock(count)).map(([date, time]) => `${date} ${time}`);
const instant = (count: number): fc.Arbitrary<string> => moment(count).map((value) => `${value}+00`);
const bits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({unit: fc.constantFrom('0', '1'), minLength: least, maxLength: most});
const jsonb = json.map((value) => jsonbText(value) ?? 'null');
/** What a double cannot hold is refused by its own test. */
const doubleJson = jsonb.filter((value) => !/\d{16}/.test(value));
const paddedText = (length: number): fc.Arbitrary<string> =>
  text(length)
    .map((value) => value.replace(/ +$/, ''))
    .map((value) => value + ' '.repeat(length - Array.from(value).length));

const DATES_LOST = ['infinity', '-infinity', '0044-03-15 BC', '10000-01-01'];
const TIMES_LOST = ['infinity', '0044-03-15 00:00:00 BC', '10000-01-01 00:00:00'];
const LABELS = ['a', 'A', "it's", '😀', 'NULL', 'x y', '', '"', '\\', 'a,b'];

export const ENUM_LABELS = LABELS;

export const POSTGRES_TYPE_CASES: readonly PostgresTypeCase[] = [
  {type: 'smallint', values: integer(-32_768n, 32_767n)},
  {type: 'smallint', declared: 'bigint', values: integer(-32_768n, 32_767n)},
  {type: 'integer', values: integer(-2_147_483_648n, 2_147_483_647n)},
  {type: 'bigint', values: integer(-(1n << 63n), (1n << 63n) - 1n)},
  {type: 'numeric(65,30)', values: decimal(35, 30), lost: ['NaN']},
  {type: 'numeric(10,0)', values: decimal(10, 0)},
  {type: 'numeric(5,5)', values: decimal(0, 5)},
  {type: 'numeric', declared: 'longtext', values: fc.oneof(decimal(60, 40), fc.constantFrom('NaN', 'Infinity', '1.50'))},
  {
    type: 'numeric',
    declared: 'decimal(20,5)',
    values: fc.oneof(decimal(15, 5), decimal(3, 2), fc.constantFrom('1.5000000', '0.00')),
    lost: ['NaN', '-Infinity', '0.000001', '1000000000000000'],
  },
  {
    type: 'double precision',
    values: fc.double({noNaN: true, noDefaultInfinity: true}).map((value) => doubleText(String(value))),
    lost: ['NaN', 'Infinity'],
  },
  {
    type: 'real',
    values: fc.float({noNaN: true, noDefaultInfinity: true}).map((value) => realText(String(value))),
    lost: ['NaN', '-Infinity'],
  },
  {type: 'real', declared: 'double', values: fc.float({noNaN: true, noDefaultInfinity: true}).map((value) => realText(String(value)))},
  {type: 'boolean', values: fc.constantFrom('t', 'f'), stops: ['2']},
  {type: 'boolean', declared: 'bit(1)', values: fc.constantFrom('t', 'f')},
  {type: 'text', values: text(200), stops: ['a\0b']},
  {type: 'text', declared: 'varchar(40)', values: text(40), lost: ['x'.repeat(41), `${' '.repeat(41)}`], stops: ['\0']},
  {type: 'character varying', values: text(40)},
  {type: 'character varying(40)', values: text(40)},
  {type: 'character varying(40)', declared: 'longtext', values: text(40)},
  {type: 'character varying(20000)', values: text(40)},
  {type: 'character(20)', values: paddedText(20)},
  {type: 'character(300)', values: paddedText(300)},
  {type: 'shop.email', base: 'character varying(40)', values: text(40)},
  {type: 'bytea', values: bytes(0, 60)},
  {type: 'bytea', declared: 'varbinary(20)', values: bytes(0, 20), lost: [`\\x${'00'.repeat(21)}`]},
  {type: 'date', values: day, lost: DATES_LOST, stops: ['0000-00-00', '2023-02-30']},
  {type: 'timestamp without time zone', values: moment(6), lost: TIMES_LOST, stops: ['0000-00-00 00:00:00.000000']},
  {type: 'timestamp(0) without time zone', values: moment(0)},
  {
    type: 'timestamp with time zone',
    values: instant(6),
    lost: ['infinity', '0044-03-15 00:00:00+00 BC'],
    stops: ['2024-00-01 00:00:00.000000'],
  },
  {type: 'timestamp(3) with time zone', values: instant(3)},
  {
    type: 'timestamp(3) with time zone',
    declared: 'timestamp(3)',
    values: fc
      .tuple(fc.integer({min: 1, max: 2_147_483_646}), digits(3))
      .map(([seconds, rest]) => `${short(`${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${rest}`)}+00`),
    lost: ['1970-01-01 00:00:00+00', '2038-01-19 03:14:08+00'],
  },
  {
    type: 'time without time zone',
    values: fc.oneof(shortClock(6), fc.constant('24:00:00')),
    stops: ['-00:00:01.000000', '24:00:01.000000'],
  },
  {type: 'time(0) without time zone', values: fc.oneof(shortClock(0), fc.constant('24:00:00'))},
  {
    type: 'interval',
    declared: 'time(6)',
    values: fc.constantFrom('PT0S', 'PT7H30M0.5S', 'PT-838H-59M-59S', 'PT-0.000001S', 'PT59M'),
    lost: ['P1D', 'P1Y2M', 'PT839H'],
  },
  {type: 'interval', declared: 'longtext', values: fc.constantFrom('P1Y2M-3DT4H', 'PT0S')},
  {type: 'json', values: fc.constantFrom('{"b": 1,  "a": 1.50, "a": []}', ' null', '"x"')},
  {type: 'json', declared: 'json', values: fc.constantFrom('{"b": 1,  "a": 1.50}', ' null', '"x"')},
  {
    type: 'jsonb',
    values: fc.oneof(
      doubleJson,
      fc.double({min: -1e15, max: 1e15, noNaN: true}).map((value) => `[${jsonbText(String(value)) ?? '0'}]`),
      fc.constantFrom('18446744073709551615', '-9223372036854775808', '{"n": 0.10, "m": 100000000000000000000}'),
    ),
  },
  {type: 'uuid', values: fc.uuid()},
  {type: 'uuid', declared: 'char(36)', values: fc.uuid(), stops: ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11']},
  {type: 'uuid', declared: 'binary(16)', values: fc.uuid()},
  {type: 'inet', values: fc.oneof(fc.ipV4(), fc.constantFrom('10.0.0.0/8', '::1', '2001:db8::/32'))},
  {type: 'cidr', values: fc.constantFrom('10.0.0.0/8', '::1/128')},
  {type: 'macaddr', values: fc.constant('08:00:2b:01:02:03')},
  {type: 'macaddr8', values: fc.constant('08:00:2b:01:02:03:04:05')},
  {type: 'bit(1)', values: bits(1, 1)},
  {type: 'bit(13)', values: bits(13, 13)},
  {type: 'bit(64)', values: bits(64, 64)},
  {type: 'bit varying(70)', values: bits(0, 70)},
  {type: 'shop.mood', base: 'enum', values: fc.constantFrom(...LABELS)},
  {type: 'shop.mood', base: 'enum', declared: 'varchar(63)', values: fc.constantFrom(...LABELS)},
  {type: 'text[]', declared: 'longtext', values: fc.constantFrom('{}', '{a,"b c",NULL,"NULL"}', '{{1,2},{3,4}}')},
  {type: 'int4range', declared: 'longtext', values: fc.constantFrom('empty', '[1,5)', '(,3)')},
  {type: 'tsvector', declared: 'longtext', values: fc.constantFrom("'a':1 'cat':3")},
  {type: 'xml', declared: 'longtext', values: fc.constantFrom('<a>1</a>')},
  {type: 'point', declared: 'longtext', values: fc.constantFrom('(1.5,-2)')},
  {type: 'time with time zone', declared: 'longtext', values: fc.constantFrom('12:00:00.5+02')},
];
