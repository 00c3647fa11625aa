/** One table with every built-in type that can be stored, and for each type values that are easily confused. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  smallint: ['-32768', '0', '32767'],
  integer: ['-2147483648', '0', '1'],
  bigint: ['-9223372036854775808', '0', '4294967297', '9223372036854775807'],
  numeric: ['1.1', '1.10', '0', 'NaN', 'Infinity', '1e400'],
  'numeric(38,10)': ['12345678901234567890.0123456789', '0', '-0.0000000001'],
  real: ['0', '-0', 'NaN', '16777217.3', '1e-45', '-Infinity'],
  'double precision': ['0', '-0', '5e-324', '1e300', '0.1', '0.30000000000000004', 'Infinity'],
  text: ['', 'NULL', '~', '1:a,', 'a', 'a ', ' a', '0:', '\\', '"', '{}', 'é', 'é', '🙂', 'a\nb', '(,)'],
  'character varying(30)': ['', 'ab', 'ab ', 'NULL', 'Ab'],
  'character(5)': ['', 'ab', 'AB', 'a b'],
  '"char"': ['a', 'b', ' '],
  name: ['a', 'A'],
  boolean: ['t', 'f'],
  bytea: ['\\x', '\\x00', '\\x0000', '\\xff', '\\x5c78'],
  date: ['2024-02-29', '0044-03-15 BC', '0044-03-15', 'infinity', '-infinity', '294276-12-31'],
  'timestamp without time zone': [
    '2024-01-01 00:00:00',
    '2024-01-01 00:00:00.000001',
    '0044-03-15 12:00:00 BC',
    '0044-03-15 12:00:00',
    'infinity',
  ],
  'timestamp with time zone': ['2024-01-01 00:00:00+00', '2024-01-01 00:00:00+05:45', '-infinity', '1883-11-18 12:03:58+00'],
  time: ['00:00:00', '24:00:00', '23:59:59.999999'],
  'time with time zone': ['00:00:00+00', '00:00:00+01', '24:00:00-15:59'],
  interval: ['1 mon', '30 days', '720 hours', '-1 day 2 hours', '1 day -2 hours', '0'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  json: ['{"a":1,"a":2}', '{"a":2}', '{"a": 2}', 'null', '"null"', '1.0', '1'],
  jsonb: ['{"b":1,"a":2}', '1.0', '1', 'null', '[]', '{}', '"\\u00e9"'],
  jsonpath: ['$.a', '$.b'],
  xml: ['<a/>', '<a></a>', '<b/>'],
  'bit(3)': ['000', '001', '100'],
  'bit varying': ['', '0', '00', '1'],
  inet: ['10.0.0.1', '10.0.0.1/8', '::1'],
  cidr: ['10.0.0.0/8', '10.0.0.0/9'],
  macaddr: ['08:00:2b:01:02:03', '08:00:2b:01:02:04'],
  macaddr8: ['08:00:2b:01:02:03:04:05', '08:00:2b:ff:fe:03:04:05'],
  money: ['1.00', '-1.00', '0.01'],
  oid: ['0', '4294967295'],
  xid: ['3', '4294967295'],
  xid8: ['3', '18446744073709551615'],
  pg_lsn: ['0/0', 'FFFFFFFF/FFFFFFFF'],
  pg_snapshot: ['10:20:10,14', '10:20:10'],
  tid: ['(0,1)', '(1,0)'],
  regclass: ['pg_class', 'pg_type'],
  regtype: ['integer', 'text'],
  point: ['(0,1)', '(1,0)', '(0.1,0.30000000000000004)'],
  line: ['{1,2,3}', '{1,2,4}'],
  lseg: ['[(0,0),(1,1)]', '[(1,1),(0,0)]'],
  box: ['(1,1),(0,0)', '(2,1),(0,0)'],
  path: ['[(0,0),(1,1)]', '((0,0),(1,1))'],
  polygon: ['((0,0),(1,1),(1,0))', '((0,0),(1,0),(1,1))'],
  circle: ['<(0,0),1>', '<(0,0),2>'],
  tsvector: ["'a':1 'b':2", "'a' 'b'"],
  tsquery: ["'a' & 'b'", "'a' | 'b'"],
  'integer[]': ['{}', '{1,NULL,2}', '{1,2}', '{NULL}', '[0:1]={1,2}', '{{1,2}}'],
  'text[]': ['{}', '{NULL}', '{"NULL"}', '{""}', '{"a,b"}', '{a,b}'],
  'character(3)[]': ['{a}', '{ab}'],
  int4range: ['empty', '[1,2)', '[1,3)', '(,)'],
  numrange: ['[1.0,2)', '[1,2)', '(1,2)'],
  tstzrange: ['[2024-01-01,infinity)', '[2024-01-01,)'],
  int8multirange: ['{}', '{[1,2)}', '{[1,2),[5,6)}'],
};

export type TortureColumn = {readonly name: string; readonly type: string; readonly values: readonly string[]};

export const tortureColumns: readonly TortureColumn[] = Object.entries(COLUMNS).map(([type, values], i) => ({
  name: `c${i} "${type.replaceAll('"', '')}"`,
  type,
  values,
}));

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (value: string): string => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

const createTable = `CREATE TABLE torture (id bigint PRIMARY KEY, ${tortureColumns.map(({name, type}) => `${quoted(name)} ${type}`).join(', ')})`;

const insertRow = (id: number, value: (column: TortureColumn) => string): string =>
  `INSERT INTO torture VALUES (${[String(id), ...tortureColumns.map((column) => value(column))].join(', ')})`;

/** Row n has each type's n-th value, over and over; row 0 has nothing but NULL, the last row texts of 20 kB and 200 kB. */
export const TORTURE_ROWS = 18;
export const tortureSql: readonly string[] = [
  createTable,
  insertRow(0, () => 'NULL'),
  ...Array.from({length: TORTURE_ROWS - 2}, (_, i) => insertRow(i + 1, ({values}) => literal(values[i % values.length] ?? ''))),
  insertRow(TORTURE_ROWS - 1, ({type, values}) =>
    type === 'text'
      ? "repeat('large ', 34000)"
      : type === 'bytea'
        ? "decode(repeat('ab', 100000), 'hex')"
        : type === 'json'
          ? `('"' || repeat('x', 20000) || '"')::json`
          : literal(values[0] ?? ''),
  ),
];

/** Sets one cell to the type's n-th value. */
export const setCell = (row: number, column: TortureColumn, n: number): string =>
  `UPDATE torture SET ${quoted(column.name)} = ${n === column.values.length ? 'NULL' : literal(column.values[n] ?? '')} WHERE id = ${row}`;

/** The cell as the server writes it, for deciding whether a mutation was one. */
export const readCell = (row: number, column: TortureColumn): string =>
  `SELECT ${quoted(column.name)}::text AS cell FROM torture WHERE id = ${row}`;
