/** For every type of MySQL its values as the source prints them, and those that only a plan which allows loss can move. */
import fc from 'fast-check';
import type {MysqlColumn} from '../../src/model/mysql-schema.ts';

export type TypeCase = {
  readonly type: string;
  /** Of the choices of the type; the first when absent. */
  readonly declared?: string;
  readonly values: fc.Arbitrary<string>;
  /** Named losses: what each becomes. */
  readonly lost?: readonly (readonly [value: string, becomes: string | null])[];
  /** Texts of the target that the source has no place for. */
  readonly stops?: readonly string[];
};

export const mysqlColumn = (type: string, rest: Partial<MysqlColumn> = {}): MysqlColumn => ({
  name: 'c',
  type,
  isNullable: true,
  defaultText: null,
  extra: '',
  generation: null,
  characterSet: /char|text|enum|set/.test(type) ? 'utf8mb4' : null,
  collation: null,
  comment: '',
  ...rest,
});

export const integer = (min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(min, max, 0n, max - 1n), fc.bigInt({min, max})).map(String);
const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');
export const digits = (count: number): fc.Arbitrary<string> =>
  count ? fc.oneof(fc.constant(0), fc.nat(10 ** count - 1)).map((value) => `.${padded(value, count)}`) : fc.constant('');

export const day = fc
  .date({min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true})
  .map((date) => date.toISOString().slice(0, 10));
export const clock = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59)).map((parts) => parts.map((part) => padded(part, 2)).join(':'));
const moment = (count: number): fc.Arbitrary<string> =>
  fc.tuple(day, clock, digits(count)).map(([date, time, rest]) => `${date} ${time}${rest}`);
const instant = (count: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({min: 1, max: 2_147_483_646}), digits(count))
    .map(([seconds, rest]) => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${rest}`);
const longTime = (count: number): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom('', '-'), fc.nat(837), fc.nat(59), fc.nat(59), digits(count)).map(([sign, hours, minutes, seconds, rest]) => {
    const time = `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(seconds, 2)}${rest}`;
    return /[1-9]/.test(time) ? sign + time : time; // there is no negative zero
  });

export const text = (max: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({unit: 'binary', maxLength: max}),
      fc.string({unit: fc.constantFrom('\\', "'", '"', '\n', '\t', ' ', 'é', '😀'), maxLength: max}),
    )
    .map((value) => Array.from(value.replaceAll('\0', '')).slice(0, max).join(''))
    .filter((value) => value.isWellFormed());
export const bytes = (min: number, max: number): fc.Arbitrary<string> =>
  fc.uint8Array({minLength: min, maxLength: max}).map((value) => `\\x${Buffer.from(value).toString('hex')}`);
const bits = (count: number): fc.Arbitrary<string> =>
  fc.bigInt({min: 0n, max: (1n << BigInt(count)) - 1n}).map((value) => `\\x${value.toString(16).padStart(Math.ceil(count / 8) * 2, '0')}`);
export const decimal = (whole: number, scale: number): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), fc.bigInt({min: 0n, max: 10n ** BigInt(whole + scale) - 1n})).map(([isNegative, value]) => {
    const all = value.toString().padStart(scale + 1, '0');
    const shown = `${all.slice(0, all.length - scale)}${scale ? `.${all.slice(-scale)}` : ''}`;
    return isNegative && value !== 0n ? `-${shown}` : shown;
  });
export const json = fc
  .json({maxDepth: 4})
  .filter((value) => !value.includes('\\u0000') && !/\\u[dD][89a-fA-F]/.test(value) && !hasTwins(value) && !value.includes('-0'));
const hasTwins = (value: string): boolean => /"(?:__proto__)"/.test(value);

const members = ['a', "it's", '😀', 'NULL', 'x y', '', '"', '\\', '{}'];
const setOf = fc.subarray(['z', 'a', "it's", 'NULL', 'x y', '"', '\\', '{}', '\u00a0']).map((value) => value.join(','));
const enumType = `enum('a','it''s','😀','NULL','x y','','"','\\\\','{}')`;

const DATE_LOSSES = [
  ['0000-00-00', null],
  ['2024-00-10', null],
  ['2023-02-29', null],
  ['0000-01-01', null],
] as const;
const DATE_STOPS = ['infinity', '-infinity', '0044-03-15 BC', '10000-01-01'];

export const TYPE_CASES: readonly TypeCase[] = [
  {type: 'tinyint(4)', values: integer(-128n, 127n)},
  {type: 'tinyint(3) unsigned', values: integer(0n, 255n)},
  {type: 'tinyint(1)', values: integer(-128n, 127n)},
  {
    type: 'tinyint(1)',
    declared: 'boolean',
    values: fc.constantFrom('0', '1'),
    lost: [
      ['2', 't'],
      ['-1', 't'],
    ],
  },
  {type: 'smallint(6)', values: integer(-32_768n, 32_767n)},
  {type: 'smallint unsigned', values: integer(0n, 65_535n)},
  {type: 'mediumint(9)', values: integer(-8_388_608n, 8_388_607n)},
  {type: 'mediumint unsigned', values: integer(0n, 16_777_215n)},
  {type: 'int(11)', values: integer(-2_147_483_648n, 2_147_483_647n)},
  {type: 'int(10) unsigned zerofill', values: integer(0n, 4_294_967_295n)},
  {type: 'bigint(20)', values: integer(-(1n << 63n), (1n << 63n) - 1n)},
  {type: 'bigint(20) unsigned', values: integer(0n, (1n << 64n) - 1n)},
  {type: 'bigint unsigned', declared: 'bigint', values: integer(0n, (1n << 63n) - 1n)},
  {type: 'decimal(65,30)', values: decimal(35, 30)},
  {type: 'decimal(10,0)', values: decimal(10, 0)},
  {type: 'decimal(5,2) unsigned', values: decimal(3, 2).map((value) => value.replace('-', ''))},
  {type: 'double', values: fc.double({noNaN: true, noDefaultInfinity: true}).map(String), stops: ['NaN', 'Infinity', '-Infinity']},
  {type: 'float', values: fc.float({noNaN: true, noDefaultInfinity: true}).map(String), stops: ['NaN']},
  {type: 'bit(1)', values: bits(1)},
  {type: 'bit(1)', declared: 'bit(1)', values: bits(1)},
  {type: 'bit(12)', values: bits(12)},
  {type: 'bit(64)', values: bits(64)},
  {type: 'year(4)', values: fc.oneof(fc.constant('0000'), fc.integer({min: 1901, max: 2155}).map(String))},
  {type: 'date', values: day, lost: DATE_LOSSES, stops: DATE_STOPS},
  {type: 'datetime', values: moment(0), lost: [['0000-00-00 00:00:00', null]], stops: ['infinity', '0044-03-15 00:00:00 BC']},
  {type: 'datetime(6)', values: moment(6), lost: [['2024-02-30 01:02:03.000000', null]]},
  {type: 'datetime(3)', declared: 'timestamp(3) with time zone', values: moment(3), stops: ['infinity']},
  {
    type: 'timestamp',
    values: instant(0),
    lost: [['0000-00-00 00:00:00', null]],
    stops: ['1970-01-01 00:00:00+00', '2038-01-19 03:14:08+00'],
  },
  {type: 'timestamp(6)', values: instant(6)},
  {type: 'time', values: longTime(0), stops: ['P1D', 'P1M', 'PT839H']},
  {type: 'time(6)', values: longTime(6)},
  {type: 'time(2)', values: longTime(2)},
  {
    type: 'time(3)',
    declared: 'time(3) without time zone',
    values: fc.tuple(clock, digits(3)).map(([time, rest]) => time + rest),
    lost: [
      ['-00:00:01.000', null],
      ['24:00:00.000', null],
    ],
    stops: ['24:00:00'],
  },
  {type: 'char(40)', values: text(40).map((value) => value.replace(/ +$/, '')), lost: [['a\0b', 'ab']]},
  {type: 'char(0)', values: fc.constant('')},
  {
    type: 'char(36)',
    declared: 'uuid',
    values: fc.uuid(),
    lost: [
      ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ['x', null],
    ],
  },
  {type: 'varchar(40)', values: text(40), lost: [['\0', '']]},
  {type: 'text', values: text(200)},
  {type: 'longtext', values: text(200)},
  {type: 'binary(16)', values: bytes(16, 16)},
  {type: 'binary(16)', declared: 'uuid', values: bytes(16, 16)},
  {type: 'varbinary(20)', values: bytes(0, 20)},
  {type: 'longblob', values: bytes(0, 60)},
  {type: 'point', declared: 'bytea', values: bytes(25, 25)},
  {type: enumType, values: fc.constantFrom(...members)},
  {type: enumType, declared: 'text', values: fc.constantFrom(...members)},
  {type: `enum('a')`, values: fc.constant('a'), lost: [['', null]]},
  {type: `set('z','a','it''s','NULL','x y','"','\\\\','{}','\u00a0')`, values: setOf, stops: ['{b}', '{NULL}']},
  {
    type: 'json',
    values: json,
    lost: [
      ['{"a": 1, "a": 2}', '{"a": 2}'],
      ['"\\u0000"', null],
      ['"\\ud800"', null],
    ],
    stops: ['18446744073709551616', '{"a": [1.1234567890123456789]}', '-9223372036854775809', '9007199254740993.5', `1${'0'.repeat(400)}`],
  },
  {type: 'json', declared: 'json', values: json},
  // Of the versions that MariaDB has no other form of.
  {
    type: 'uuid',
    values: fc.uuid({version: [1, 4, 7]}),
    stops: ['0000000f-4941-84b0-8000-001500000011', '0000000f-4941-f4b0-0500-001500000011'],
  },
  {type: 'inet4', values: fc.ipV4()},
];
