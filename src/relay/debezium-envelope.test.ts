import {describe, expect, test} from 'vitest';
import type {Column, Table} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {decodeMessage} from './debezium-envelope.ts';
import {isCarried} from './debezium-values.ts';

const column = (name: string, type: string): Column => ({
  name,
  type,
  notNull: false,
  generated: false,
  identity: undefined,
  portableBinary: true,
});
const table = (...columns: readonly Column[]): Table => ({
  name: {schema: 'public', name: 't'},
  columns: [column('id', 'bigint'), ...columns],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
const NOTES = table(column('note', 'text'), column('bytes', 'bytea'));
const SOURCE = '"source":{"schema":"public","table":"t","txId":7,"lsn":9007199254740993,"sequence":"[\\"9007199254740990\\",\\"1\\"]"}';
const message = (value: string | null, more: Partial<BrokerMessage> = {}): BrokerMessage => ({
  topic: 'x.public.t',
  partition: 3,
  offset: 41n,
  key: Buffer.from('{"id":9007199254740993}'),
  value: value === null ? null : Buffer.from(value),
  headers: [],
  ...more,
});
const decode = (value: string | null, of = NOTES, more: Partial<BrokerMessage> = {}) =>
  decodeMessage({table: of, placeholder: 'unchanged'}, message(value, more));
const after = (op: string, row: string): string => `{"op":"${op}","after":${row},${SOURCE}}`;
const WHOLE = '{"id":9007199254740993,"note":"a","bytes":"AP8="}';
const KEY = ['9007199254740993'];

test('numbers beyond 2^53 keep their digits, in rows, keys and places', () => {
  expect(decode(after('c', WHOLE))).toEqual({
    type: 'change',
    change: {kind: 'insert', table: NOTES.name, key: KEY, row: {id: KEY[0], note: 'a', bytes: '\\x00ff'}},
    place: {transaction: '7', lsn: 9007199254740993n, commitBefore: 9007199254740990n},
  });
});

test('what did not change is absent, also where it is bytes; a new row that lacks it is read', () => {
  const kept = `{"id":9007199254740993,"note":"unchanged","bytes":"${Buffer.from('unchanged').toString('base64')}"}`;
  const reread = {change: {kind: 'reread', key: KEY}};
  expect(decode(after('u', kept))).toMatchObject({change: {kind: 'update', key: KEY, row: {id: KEY[0]}}});
  expect(decode(after('c', kept))).toMatchObject(reread);
  expect(decode(after('u', kept), NOTES, {headers: [['__debezium.oldkey', Buffer.from('{"id":1}')]]})).toMatchObject(reread);
  expect(
    decode(after('c', WHOLE), table(column('note', 'text'), column('bytes', 'bytea'), column('at', 'time with time zone'))),
  ).toMatchObject(reread);
});

test('deletes, truncates and tombstones', () => {
  expect(decode(`{"op":"d","before":{"id":1},"after":null,${SOURCE}}`)).toMatchObject({change: {kind: 'delete', key: KEY}});
  expect(decode(`{"op":"t",${SOURCE}}`, NOTES, {key: null})).toMatchObject({change: {kind: 'truncate', tables: [NOTES.name]}});
  expect(decode(null)).toEqual({type: 'tombstone'});
});

describe('a message that cannot be understood ends the stream, with its place', () => {
  test.each([
    ['no JSON', 'not { json', {}],
    ['no object', '[1]', {}],
    ['no envelope', '{"id":1}', {}],
    ['an op of no kind', after('m', WHOLE), {}],
    ['another table', after('c', WHOLE).replace('"table":"t"', '"table":"u"'), {}],
    ['no key', after('c', WHOLE), {key: null}],
    ['a key that is null', after('c', WHOLE), {key: Buffer.from('{"id":null}')}],
    ['a key of another kind', after('c', WHOLE), {key: Buffer.from('{"id":"1e3"}')}],
    ['a column that is missing', after('c', '{"id":1,"note":"a"}'), {}],
    ['a column that nobody knows', after('c', '{"id":1,"note":"a","bytes":null,"new":1}'), {}],
    ['no place', after('c', WHOLE).replace('"lsn":9007199254740993', '"lsn":null'), {}],
  ] as const)('%s', (_what, value, more) => {
    expect(() => decode(value, NOTES, more)).toThrow(
      expect.objectContaining({code: 'CF-RELAY-004', message: expect.stringContaining('x.public.t 3:41')}),
    );
  });
});

/** What is sent, and what PostgreSQL prints; `read` where several values are sent alike. All were seen with Debezium 3.5. */
describe('values', () => {
  test.each([
    ['date', '19782', '2024-02-29'],
    ['date', '-719162', '0001-01-01'],
    ['date', '2145042905', '5874897-12-31'],
    ['date', '-719163', 'read'],
    ['date', '-2147472692', 'read'],
    ['date', '2145042906', 'read'],
    ['timestamp without time zone', '1704164645123456', '2024-01-02 03:04:05.123456'],
    ['timestamp(2) without time zone', '-1500000', '1969-12-31 23:59:58.5'],
    ['timestamp without time zone', '9223372036825200000', 'read'],
    ['timestamp without time zone', '-9223372036832400000', 'read'],
    ['timestamp without time zone', '-9223372036853775810', 'read'],
    ['timestamp with time zone', '"+86798-03-12T05:50:43.505000Z"', '86798-03-12 05:50:43.505+00'],
    ['timestamp with time zone', '"-infinity"', '-infinity'],
    ['timestamp with time zone', '"-4713-11-24T00:00:00.000000Z"', 'read'],
    ['time without time zone', '86400000000', '24:00:00'],
    ['time without time zone', '50637300000', '14:03:57.3'],
    ['interval', '"P0Y-4M751289308DT440717268H43M8.493882S"', 'P-4M751289308DT440717268H43M8.493882S'],
    ['interval', '"P0Y0M0DT0H0M-0.000001S"', 'PT-0.000001S'],
    ['interval year to month', '"P178000000Y0M0DT0H0M0S"', 'P178000000Y'],
    ['interval', '"P0Y0M0DT0H0M0S"', 'read'],
    ['numeric', '"NAN"', 'NaN'],
    ['numeric(38,10)', '"-0.0000000001"', '-0.0000000001'],
    ['real', '1.17549435E-38', '1.1754944e-38'],
    ['real', '-2.9E-44', '-3e-44'],
    ['real', '6490613.0', '6.490613e+06'],
    ['real', '0.1', '0.1'],
    ['double precision', '5.9E-323', '6e-323'],
    ['double precision', '-0.0', '-0'],
    ['double precision', '1.0E15', '1e+15'],
    ['double precision', '123456789012345.0', '123456789012345'],
    ['double precision', '"-Infinity"', '-Infinity'],
    ['boolean', 'true', 't'],
    ['boolean', '"true"', 'read'],
    ['integer', '1.5', 'read'],
  ])('%s %s', (type, sent, text) => {
    const decoded = decode(after('c', `{"id":9007199254740993,"v":${sent}}`), table(column('v', type)));
    expect(decoded).toMatchObject({change: text === 'read' ? {kind: 'reread'} : {kind: 'insert', row: {v: text}}});
  });

  test.each([
    'time with time zone',
    'money',
    'bit(9)',
    'numeric(5,-2)',
    'text[]',
    'interval year to month[]',
    'public.hstore',
    'tsrange',
    'name',
    'toString',
  ])('of %s do not travel', (type) => {
    expect(isCarried(type)).toBe(false);
  });
});
