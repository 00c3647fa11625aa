/** Values of PostgreSQL's scalar types as the texts that a person could write, extremes among them. */
import fc from 'fast-check';

type Values = fc.Arbitrary<string>;

const some = (...values: readonly string[]): Values => fc.constantFrom(...values);
/** The constants as often as everything else together. */
const mixed = (constants: readonly string[], rest: Values): Values => fc.oneof(some(...constants), rest);
const whole = (min: bigint, max: bigint): Values => mixed([`${min}`, `${max}`, '0', '-0', '1'], fc.bigInt({min, max}).map(String));
const unsigned = (max: bigint): Values => fc.oneof(some('0', `${max}`), fc.bigInt({min: 0n, max}).map(String));
const digits = (max: number): Values => fc.string({unit: fc.constantFrom(...Array.from('0123456789')), minLength: 1, maxLength: max});
const sign = some('', '-');
const two = (max: number): Values => fc.nat(max).map((n) => String(n).padStart(2, '0'));
const time = fc.tuple(two(23), two(59), two(59), digits(6)).map(([h, m, s, us]) => `${h}:${m}:${s}.${us}`);
const zone = fc.tuple(some('+', '-'), two(14), two(59)).map(([way, h, m]) => `${way}${h}:${m}`);
/** Julian days: the only form in which every date can be written alike. */
const julian = (max: number): Values => fc.oneof(fc.nat(max), fc.integer({min: 2_400_000, max: 2_500_000})).map((day) => `J${day}`);
const timestamp = fc.tuple(julian(109_203_000), time).map(([day, at]) => `${day} ${at}`);

/** Every class of code points that a text may hold, and what looks like something else to a parser on the way. */
export const texts = (maxLength: number): Values =>
  fc.oneof(
    fc.string({unit: 'binary', maxLength}).map((text) => text.replaceAll('\0', '')),
    fc
      .string({unit: 'grapheme', maxLength: Math.ceil(maxLength / 4)})
      .map((text) => Array.from(text.replaceAll('\0', '')).slice(0, maxLength).join('')),
    fc.string({
      unit: fc.constantFrom(...Array.from('\\\'"{}(),;:~ \t\n\r\b\f\v\u0001\u007f\u0085\u00a0\u2028\ufeff\ufffe\uffff')),
      maxLength,
    }),
    some('', 'NULL', 'null', '\\N', '\\.', '~', '0:', '\\', '"', "'", ' ', '{}').map((text) => text.slice(0, maxLength)),
  );

const floats = (values: fc.Arbitrary<number>, ...extremes: readonly string[]): Values =>
  mixed(
    ['0', '-0', 'NaN', 'Infinity', '-Infinity', ...extremes],
    values.map((n) => (Object.is(n, -0) ? '-0' : String(n))),
  );
const decimal = fc.tuple(sign, digits(30), digits(20)).map(([minus, left, right]) => `${minus}${left}.${right}`);
const bytes = (max: number): Values => fc.uint8Array({maxLength: max}).map((all) => `\\x${Buffer.from(all).toString('hex')}`);
const hex = (groups: number, each: number, by: string): Values =>
  fc
    .array(fc.string({unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: each, maxLength: each}), {
      minLength: groups,
      maxLength: groups,
    })
    .map((all) => all.join(by));
const bits = (min: number, max: number): Values => fc.string({unit: fc.constantFrom('0', '1'), minLength: min, maxLength: max});
const v4 = fc.nat({max: 0xffffffff}).map((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.'));
const v4network = fc.integer({min: 1, max: 32}).chain((length) => v4.map((address) => `${maskedTo(address, length)}/${length}`));
const maskedTo = (address: string, length: number): string => {
  const all = address.split('.').reduce((n, part) => n * 256n + BigInt(part), 0n);
  const kept = (all >> BigInt(32 - length)) << BigInt(32 - length);
  return [24n, 16n, 8n, 0n].map((shift) => String((kept >> shift) & 255n)).join('.');
};
const v6 = hex(8, 4, ':');
/** A number inside JSON keeps its digits in `json` and its value in `jsonb`. */
const json = fc.oneof(
  fc.json({maxDepth: 3}).map((text) => text.replaceAll(/\\u(0000|d[89a-f]..)/gi, '?')),
  some(
    'null',
    '"null"',
    '1.0',
    '1',
    '1.10e+2',
    '-0',
    '""',
    '{}',
    '[]',
    ' { "a" : 1 , "a" : 2 } ',
    '"\\u00e9"',
    '123456789012345678901234567890.123456789',
  ),
);
const coordinate = floats(fc.double({noNaN: true, noDefaultInfinity: true, min: -1e150, max: 1e150})).filter((n) => !/[NI]/.test(n));
const point = fc.tuple(coordinate, coordinate).map(([x, y]) => `(${x},${y})`);
const points = (min: number): Values => fc.array(point, {minLength: min, maxLength: 5}).map((all) => all.join(','));
const lexeme = texts(8)
  .map((text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`)
  .filter((text) => text !== "''");
const places = fc.array(
  fc.tuple(fc.integer({min: 1, max: 16_383}), some('', 'A', 'B', 'C')).map(([at, weight]) => `${at}${weight}`),
  {maxLength: 3},
);
const escapedXml = texts(12).map((text) => text.replaceAll(/[^\t\n\r\u0020-\ud7ff]|[<&>]/g, '-'));

export const scalarValues: Readonly<Record<string, Values>> = {
  smallint: whole(-(2n ** 15n), 2n ** 15n - 1n),
  integer: whole(-(2n ** 31n), 2n ** 31n - 1n),
  bigint: whole(-(2n ** 63n), 2n ** 63n - 1n),
  numeric: mixed(
    ['NaN', 'Infinity', '-Infinity', '1.1', '1.10', '1.1000', '-0', '0.000', '1e131071', '-1e131071', '1e-16383', `0.${'0'.repeat(400)}1`],
    decimal,
  ),
  'numeric(38,10)': mixed(
    ['9999999999999999999999999999.9999999999', '-0.0000000001', 'NaN'],
    decimal.map((n) => n.slice(-30)),
  ).map((n) => n.replace(/^\./, '0.')),
  'numeric(3,5)': some('0.00999', '-0.00001', '0', 'NaN'),
  'numeric(5,-2)': fc.integer({min: -9_999_900, max: 9_999_900}).map(String),
  real: floats(fc.float({noNaN: true}), '1e-45', '-1e-45', '3.4028235e38', '1.1754944e-38', '16777217'),
  'double precision': floats(
    fc.double({noNaN: true}),
    '5e-324',
    '-5e-324',
    '1.7976931348623157e308',
    '2.2250738585072014e-308',
    '0.30000000000000004',
  ),
  text: texts(40),
  'character varying(30)': texts(7),
  /** Blanks at its end count for nothing, in a comparison too. */
  bpchar: texts(7).map((text) => text.replace(/ +$/, '')),
  'character(5)': texts(5).filter((text) => Array.from(text).length <= 5),
  '"char"': some('', 'a', ' ', '\\', "'", '\\001', '\\377', '\\200'),
  name: fc.string({unit: 'grapheme-ascii', maxLength: 63}),
  boolean: some('t', 'f'),
  bytea: bytes(60),
  'bit(9)': bits(9, 9),
  'bit varying': bits(0, 70),
  'bit varying(12)': bits(0, 12),
  inet: fc.oneof(
    v4,
    v6,
    fc.tuple(v4, fc.nat(32)).map(([address, length]) => `${address}/${length}`),
    fc.tuple(v6, fc.nat(128)).map(([address, length]) => `${address}/${length}`),
  ),
  cidr: fc.oneof(v4network, some('::/0', '::1/128', '2001:db8::/32', '::ffff:1.2.3.0/120')),
  macaddr: hex(6, 2, ':'),
  macaddr8: hex(8, 2, ':'),
  uuid: hex(16, 2, '').map((all) => all.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')),
  json,
  jsonb: json,
  jsonpath: some('$', 'strict $.a[*]', '$."a b" ? (@.x > 1 && @ like_regex "^a" flag "i")', '$.**{2 to last}.size()'),
  xml: fc.oneof(
    some('', '\n<a/>', '<a/>', '<a></a>', 'text only', '<?xml version="1.0" standalone="yes"?><b/>', '<a/><b/>', '<!-- c --><a x="1"/>'),
    escapedXml.map((text) => `<a>${text}</a>`),
    escapedXml.map((text) => text.replace(/^\n+/, '\n')),
  ),
  date: mixed(
    ['infinity', '-infinity', '4714-11-24 BC', '5874897-12-31', '0001-01-01 BC', '0001-01-01', '2024-02-29'],
    julian(2_147_483_000),
  ),
  'timestamp without time zone': mixed(['infinity', '-infinity', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999'], timestamp),
  'timestamp(2) without time zone': timestamp,
  'timestamp with time zone': mixed(
    ['infinity', '-infinity', '4714-11-24 00:00:00+00 BC', '1883-11-18 12:03:58-04:56:02'],
    fc.tuple(timestamp, zone).map(([at, off]) => `${at}${off}`),
  ),
  'time without time zone': mixed(['00:00:00', '24:00:00', '23:59:59.999999'], time),
  'time(0) without time zone': time,
  'time with time zone': mixed(
    ['00:00:00+15:59:59', '24:00:00-15:59:59', '12:00:00+00:00:01'],
    fc.tuple(time, zone).map(([at, off]) => `${at}${off}`),
  ),
  'interval(2)': some('infinity', '1 mon -1.239 sec', '0.005 sec', '-0.005 sec'),
  'interval day to second(3)': some('-infinity', '400 days 25:00:00.0005', '-1 day +00:00:00.001', '0'),
  'interval year to month': some('-1 mon', '178000000 years', '1 year -1 mon'),
  interval: mixed(
    [
      '0',
      '1 mon',
      '30 days',
      '720:00:00',
      '-1 mon +1 day -00:00:01',
      '1 mon -1 day 00:00:00.000001',
      '-00:00:00.000001',
      '178000000 years',
      '-178000000 years',
      'infinity',
      '-infinity',
    ],
    fc
      .tuple(fc.integer({min: -2e9, max: 2e9}), fc.integer({min: -2e9, max: 2e9}), fc.bigInt({min: -(2n ** 62n), max: 2n ** 62n}))
      .map(([months, days, us]) => `${months} months ${days} days ${us} microseconds`),
  ),
  money: mixed(
    ['-92233720368547758.08', '92233720368547758.07', '0.01', '-0.01'],
    fc.integer().map((n) => (n / 100).toFixed(2)),
  ),
  oid: unsigned(2n ** 32n - 1n),
  xid: unsigned(2n ** 32n - 1n),
  xid8: unsigned(2n ** 64n - 1n),
  cid: unsigned(2n ** 32n - 1n),
  pg_lsn: fc
    .tuple(fc.nat({max: 0xffffffff}), fc.nat({max: 0xffffffff}))
    .map((both) => both.map((n) => n.toString(16).toUpperCase()).join('/')),
  pg_snapshot: some('10:20:10,14', '10:10:', '1:9223372036854775807:5'),
  txid_snapshot: some('10:20:10,14', '10:10:'),
  int2vector: some('1 2 3', '', '-32768 32767'),
  oidvector: some('1 2', '0', '4294967295'),
  refcursor: texts(10),
  tid: fc.tuple(fc.nat({max: 0xffffffff}), fc.nat(65_535)).map(([block, row]) => `(${block},${row})`),
  aclitem: some('pg_monitor=r/pg_read_all_data', '=r*w/pg_monitor', 'pg_signal_backend=/pg_monitor'),
  regclass: some('pg_class', 'pg_type', '-', '0'),
  regtype: some('integer', 'text[]', '-'),
  regrole: some('pg_monitor', '-'),
  regnamespace: some('pg_catalog', 'public', '-'),
  regproc: some('now', '-'),
  regprocedure: some('lower(text)', '-'),
  regoperator: some('+(integer,integer)', '0'),
  regconfig: some('english', '-'),
  regdictionary: some('simple', '-'),
  regcollation: some('"C"', '"POSIX"', '-'),
  point,
  line: fc.tuple(coordinate, coordinate).map(([a, b]) => `{${a === '0' || a === '-0' ? '1' : a},1,${b}}`),
  lseg: fc.tuple(point, point).map(([a, b]) => `[${a},${b}]`),
  box: fc.tuple(point, point).map(([a, b]) => `${a},${b}`),
  path: fc.tuple(fc.boolean(), points(1)).map(([isOpen, all]) => (isOpen ? `[${all}]` : `(${all})`)),
  polygon: points(1).map((all) => `(${all})`),
  circle: fc.tuple(point, fc.double({min: 0, max: 1e150, noNaN: true})).map(([at, radius]) => `<${at},${radius}>`),
  tsvector: fc
    .array(
      fc.tuple(lexeme, places).map(([word, at]) => (at.length ? `${word}:${at.join(',')}` : word)),
      {maxLength: 4},
    )
    .map((all) => all.join(' ')),
  tsquery: fc
    .array(
      fc.tuple(lexeme, some('', ':*', ':AB', ':*C')).map((both) => both.join('')),
      {minLength: 1, maxLength: 4},
    )
    .chain((all) => some(' & ', ' | ', ' <-> ', ' <2> ', ' & !').map((by) => all.join(by))),
};
