/** A column of every type of MySQL and MariaDB, with SQL that makes values of it: the troublesome ones, and any. */
import fc from 'fast-check';
import type {MysqlRequest} from './mysql-members.ts';

export type ValueColumn = {readonly type: string; readonly values: readonly string[]; readonly any: fc.Arbitrary<string>};

const bits = (n: number, isUnsigned: boolean): fc.Arbitrary<string> =>
  fc.bigInt(isUnsigned ? {min: 0n, max: 2n ** BigInt(n) - 1n} : {min: -(2n ** BigInt(n - 1)), max: 2n ** BigInt(n - 1) - 1n}).map(String);
const whole = (type: string, n: number): readonly ValueColumn[] => [
  {type, values: [`-${2n ** BigInt(n - 1)}`, `${2n ** BigInt(n - 1) - 1n}`, '0', '-1'], any: bits(n, false)},
  {type: `${type} unsigned`, values: [`${2n ** BigInt(n) - 1n}`, '0', '1'], any: bits(n, true)},
];

const decimal = (precision: number, scale: number, values: readonly string[]): ValueColumn => ({
  type: `decimal(${precision},${scale})`,
  values,
  any: fc
    .tuple(fc.bigInt({min: 0n, max: 10n ** BigInt(precision) - 1n}), fc.nat(precision), fc.constantFrom('', '-'))
    .map(([number, short, sign]) => {
      const digits = String(number / 10n ** BigInt(short)).padStart(scale + 1, '0');
      return `'${sign}${digits.slice(0, digits.length - scale)}${scale ? `.${digits.slice(-scale)}` : ''}'`;
    }),
});

const number = fc.oneof(
  fc.double({noNaN: true, noDefaultInfinity: true}),
  fc.double({noNaN: true, noDefaultInfinity: true, min: -1e18, max: 1e18}),
  fc.integer(),
);
const exponential = (value: number): string => `${Object.is(value, -0) ? '-0' : value.toExponential()}${Object.is(value, -0) ? 'e0' : ''}`;

const two = (n: number): string => String(n).padStart(2, '0');
const day = fc
  .tuple(fc.integer({min: 1000, max: 9999}), fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 28}))
  .map(([y, m, d]) => `${y}-${two(m)}-${two(d)}`);
const clock = (places: number) =>
  fc
    .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(10 ** places - 1))
    .map(([h, m, s, f]) => `${two(h)}:${two(m)}:${two(s)}${places ? `.${String(f).padStart(places, '0')}` : ''}`);
const datetime = (places: number): ValueColumn => ({
  type: places ? `datetime(${places})` : 'datetime',
  values: [`'2024-02-29 23:59:59.${'9'.repeat(places) || '0'}'`, `'0000-00-00 00:00:00'`, `'9999-12-31 23:59:59'`, `'2024-00-10 01:02:03'`],
  any: fc.tuple(day, clock(places)).map(([d, t]) => `'${d} ${t}'`),
});
const timestamp = (places: number): ValueColumn => ({
  type: `timestamp(${places}) NULL`,
  values: [`'2024-03-31 02:30:00.${'1'.repeat(places) || '0'}'`, `'0000-00-00 00:00:00'`, `'1970-01-01 00:00:01'`, `'2038-01-19 03:14:07'`],
  any: fc
    .tuple(fc.integer({min: 1, max: 2 ** 31 - 1}), fc.nat(10 ** places - 1))
    .map(
      ([s, f]) =>
        `'${new Date(s * 1000).toISOString().slice(0, 19).replace('T', ' ')}${places ? `.${String(f).padStart(places, '0')}` : ''}'`,
    ),
});
const time = (places: number): ValueColumn => ({
  type: `time(${places})`,
  values: [
    `'-838:59:59'`,
    `'838:59:59'`,
    `'00:00:00'`,
    `'-00:00:00.${'0'.repeat(Math.max(0, places - 1))}1'`,
    `'-01:02:03.${'9'.repeat(places) || '0'}'`,
  ],
  any: fc
    .tuple(fc.nat(838), clock(places), fc.constantFrom('', '-'))
    .map(([h, t, sign]) => `'${sign}${h < 838 ? two(h) : '837'}${t.slice(2)}'`),
});

const hex = (text: string): string => `_utf8mb4 X'${Buffer.from(text).toString('hex')}'`;
const text = (charset: string, unit: fc.Arbitrary<string>, max = 20): fc.Arbitrary<string> =>
  fc.string({unit, maxLength: max}).map((one) => `CONVERT(${hex(one)} USING ${charset})`);
const character = fc.string({unit: 'binary', minLength: 1, maxLength: 1}).filter((one) => !/[\ud800-\udfff]/.test(one) || one.length === 2);
const basic = character.filter((one) => one.length === 1);
const texts = (type: string, charset: string, values: readonly string[], unit = character): ValueColumn => ({
  type: `${type} CHARACTER SET ${charset}`,
  values: ["''", "'a '", "' a\\n\\t\\\\'", ...values],
  any: text(charset, unit),
});
/** Every byte of a character set of one byte, whether it means something or not. */
const singleByte = (charset: string): ValueColumn => ({
  type: `varchar(260) CHARACTER SET ${charset}`,
  values: [`X'${Buffer.from(Array.from({length: 256}, (_, i) => i)).toString('hex')}'`],
  any: fc.uint8Array({maxLength: 30}).map((bytes) => `CONVERT(X'${Buffer.from(bytes).toString('hex')}' USING ${charset})`),
});

const bytes = (type: string, max: number, values: readonly string[] = []): ValueColumn => ({
  type,
  values: [`X'0102030000'`, "''", `X'00'`, ...values],
  any: fc.uint8Array({maxLength: max}).map((one) => `X'${Buffer.from(one).toString('hex')}'`),
});
const bit = (n: number): ValueColumn => ({
  type: `bit(${n})`,
  values: [`b'${'1'.repeat(n)}'`, "b'0'", "b'1'"],
  any: fc.bigInt({min: 0n, max: 2n ** BigInt(n) - 1n}).map((one) => `b'${one.toString(2)}'`),
});
const labels = Array.from({length: 64}, (_, i) => `m${i}`);

const json = fc.json({maxDepth: 4}).map((one) => hex(one));
const point = fc.tuple(fc.integer({min: -80, max: 80}), fc.integer({min: -80, max: 80})).map(([x, y]) => `POINT(${x} ${y})`);

const BOTH: readonly ValueColumn[] = [
  ...whole('tinyint', 8),
  ...whole('smallint', 16),
  ...whole('mediumint', 24),
  ...whole('int', 32),
  ...whole('bigint', 64),
  {type: 'int(6) unsigned zerofill', values: ['42', '0'], any: bits(32, true)},
  {type: 'decimal(10,2) zerofill', values: ["'1.5'", "'0'"], any: fc.nat(99_999).map((n) => `'${n}.25'`)},
  decimal(30, 10, ["'12345678901234567890.0123456789'", "'-0.0000000001'", "'0'"]),
  decimal(65, 30, ["'-99999999999999999999999999999999999.999999999999999999999999999999'", "'0.5'"]),
  decimal(5, 5, ["'0.12345'", "'-0.99999'", "'-0.00000'"]),
  decimal(18, 0, ["'999999999999999999'", "'-1'"]),
  decimal(1, 0, ["'9'", "'-9'"]),
  {
    type: 'float',
    values: ['16777217.3', '-1.5e-10', '3.4e38', '1e-45', '0.1'],
    any: fc.float({noNaN: true, noDefaultInfinity: true}).map(exponential),
  },
  {type: 'float(7,2)', values: ['1.25', '12345.67'], any: fc.nat(9_999_999).map((n) => String(n / 100))},
  {
    type: 'double',
    values: [
      '0.1',
      '1e300',
      '0e0 * -1',
      '1e15',
      '1e14',
      '123456789012345678',
      '1e-7',
      '1e-15',
      '1e-14',
      '5e-324',
      '1.7976931348623157e308',
    ],
    any: number.map(exponential),
  },
  {type: 'double(10,3)', values: ['1.5', '1234567.891'], any: fc.nat(9_999_999).map((n) => String(n / 1000))},
  {type: 'date', values: ["'0000-00-00'", "'2024-00-10'", "'2024-01-00'", "'9999-12-31'"], any: day.map((one) => `'${one}'`)},
  ...[0, 1, 2, 3, 4, 5, 6].flatMap((places) => [datetime(places), timestamp(places), time(places)]),
  {type: 'year', values: ['0', '1901', '2155'], any: fc.integer({min: 1901, max: 2155}).map(String)},
  ...[1, 7, 8, 12, 63, 64].map(bit),
  texts('char(20)', 'utf8mb4', [`'ünï😀'`]),
  texts('char(255)', 'utf8mb4', [`'ünï😀'`]),
  texts('varchar(30)', 'utf8mb4', [`'ünï😀'`, hex('\u0000\u0001\u007f')]),
  texts('varchar(2000)', 'utf8mb4', [`REPEAT('é', 2000)`]),
  texts('tinytext', 'utf8mb4', []),
  texts('text', 'utf8mb4', [`REPEAT('é', 1000)`]),
  texts('mediumtext', 'utf8mb4', [`REPEAT('é', 100000)`]),
  texts('longtext', 'utf8mb4', []),
  texts('varchar(30)', 'utf8mb3', [], basic),
  texts('varchar(30)', 'ucs2', [], basic),
  texts('varchar(30)', 'utf16', [`'😀'`]),
  texts('varchar(30)', 'utf16le', [`'😀'`]),
  texts('varchar(30)', 'utf32', [`'😀'`]),
  texts('char(20)', 'latin1', [`'é€Ÿ'`], fc.constantFrom('é', '€', 'Ÿ', 'a', ' ')),
  ...['latin1', 'latin2', 'koi8r', 'cp1251', 'greek', 'hebrew', 'cp850', 'macroman', 'tis620'].map(singleByte),
  bytes('binary(10)', 10),
  bytes('varbinary(300)', 30, [`REPEAT(X'00ff', 150)`]),
  bytes('tinyblob', 30),
  bytes('blob', 30),
  bytes('mediumblob', 30),
  bytes('longblob', 30, [`REPEAT(X'00ff', 1000)`]),
  {
    type: `enum('a','b,c','d''e','ü')`,
    values: ["'a'", "'b,c'", "'d''e'", "'ü'", "'none of them'"],
    any: fc.constantFrom("'a'", "'b,c'", "'d''e'", "'ü'"),
  },
  {type: `enum('é','b') CHARACTER SET latin1`, values: ["'é'", "'b'"], any: fc.constantFrom("'é'", "'b'")},
  {
    type: `set('x','y','z z','ü')`,
    values: ["'z z,x'", "''", "'ü,y'"],
    any: fc.subarray(['x', 'y', 'z z', 'ü']).map((some) => `'${some.join(',')}'`),
  },
  {
    type: `set(${labels.map((label) => `'${label}'`).join(',')})`,
    values: ["'m63,m0,m31,m32'"],
    any: fc.subarray(labels).map((some) => `'${some.join(',')}'`),
  },
  {
    type: 'json',
    values: [
      '{"a":1,"10":2.5,"b":[1.0,-1,true,null,"x\\"\\\\y\\n"],"__proto__":{}}',
      '[]',
      '{}',
      '"\\u0001\\u001f/\\u007fé😀"',
      '18446744073709551615',
      '-9223372036854775808',
      '[1e15,1e-7,1e300,0.1,-0.0,123456789012345680,1234567890123455.5,1.23456789012345e-15,1.2345678901234568e-14,-1.2345678901234566e-13,1.7976931348623157e308,32767,32768,-32769]',
      '[[[[]]],{"":""}]',
    ].map(hex),
    any: json,
  },
  {
    type: 'geometry',
    values: [
      `ST_GeomFromText('POINT(1 2)')`,
      `ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')`,
      `ST_GeomFromText('LINESTRING(1 2,3 4)', 4326)`,
    ],
    any: point.map((one) => `ST_GeomFromText('${one}')`),
  },
  {type: 'point', values: [`ST_GeomFromText('POINT(1 2)', 4326)`], any: point.map((one) => `ST_GeomFromText('${one}')`)},
  // Behind the spatial ones, which not every server counts alike.
  texts('varchar(31)', 'latin1', [], fc.constantFrom('é', 'a')),
  bytes('varbinary(31)', 30),
];

const MARIADB: readonly ValueColumn[] = [
  {
    type: 'uuid',
    values: ["'123e4567-e89b-12d3-a456-426655440000'", "'00000000-0000-0000-0000-000000000000'", "'0190163d-8694-739b-aea5-966c26f8ad90'"],
    any: fc.uuid().map((one) => `'${one}'`),
  },
  {
    type: 'inet6',
    values: ["'::'", "'::1'", "'1::'", "'::ffff:192.0.2.1'", "'::192.0.2.1'", "'1:0:2:3:4:5:6:7'", "'1:0:0:2:0:0:0:3'"],
    any: fc.ipV6().map((one) => `'${one}'`),
  },
  {type: 'inet4', values: ["'0.0.0.0'", "'192.0.2.1'"], any: fc.ipV4().map((one) => `'${one}'`)},
  {type: 'text COMPRESSED', values: ["REPEAT('abc', 1000)", "'x'", "''"], any: fc.nat(500).map((n) => `REPEAT('é', ${n})`)},
  {type: 'varchar(2000) COMPRESSED', values: ["REPEAT('abc', 500)", "'x'", "''"], any: fc.nat(500).map((n) => `REPEAT('é', ${n})`)},
  {type: 'varbinary(2000) COMPRESSED', values: ["REPEAT(X'00ff', 500)", "'x'", "''"], any: fc.nat(500).map((n) => `REPEAT(X'00ff', ${n})`)},
  {type: 'blob COMPRESSED', values: ["REPEAT(X'00ff', 500)", "'x'", "''"], any: fc.nat(500).map((n) => `REPEAT(X'00ff', ${n})`)},
];

const SERIES = 'WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 900)';
const MYSQL: readonly ValueColumn[] = [
  {
    type: 'vector(3)',
    values: ["STRING_TO_VECTOR('[1,2,3]')"],
    any: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((some) => `STRING_TO_VECTOR('[${some.join(',')}]')`),
  },
  {
    // Values of SQL types in documents, and documents with wide places.
    type: 'json NULL',
    values: [
      `JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 't', CAST('-838:59:58.5' AS TIME(6)), 'dt', CAST('2024-02-29 01:02:03.000004' AS DATETIME(6)), 'n', CAST('-12.340' AS DECIMAL(10,3)), 'y', CAST(2024 AS YEAR))`,
      `JSON_ARRAY(ST_GeomFromText('POINT(1 2)'), X'00ff', b'101', CAST('abc' AS BINARY))`,
      `(SELECT JSON_OBJECTAGG(CONCAT('key', i), REPEAT('v', i)) FROM (${SERIES} SELECT i FROM n) q)`,
      `(SELECT JSON_ARRAYAGG(i * 100000) FROM (${SERIES} SELECT i FROM n) q)`,
      `CAST(CAST('0.5' AS DECIMAL(10,3)) AS JSON)`,
    ],
    any: json,
  },
];

export const columnsFor = (flavour: MysqlRequest['flavour']): readonly ValueColumn[] => [
  ...BOTH,
  ...(flavour === 'mysql' ? MYSQL : MARIADB),
];
