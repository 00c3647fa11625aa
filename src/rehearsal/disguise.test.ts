import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ColumnDisguise} from '../model/column-disguise.ts';
import type {Column, Table} from '../model/table.ts';
import {disguiseRows, disguiseValue} from './disguise.ts';
import {KeyedCipher} from './keyed-cipher.ts';
import {fakeNumber, fakeText} from './same-shape.ts';
import {roundedDown} from './structured-text.ts';

const cipher = new KeyedCipher('a key of the test');
const change = (type: string, disguise: ColumnDisguise, value: string, lengthMax?: number) =>
  disguiseValue(cipher, {name: 'x', type, notNull: false, lengthMax}, disguise, value);
const fake = (type: string, value: string, lengthMax?: number) => change(type, {kind: 'fake'}, value, lengthMax);

describe('texts', () => {
  test('keep their shape, and nothing else', () => {
    expect(fake('text', 'Anna Petrova, 12b')).toMatch(/^[A-Z][a-z]{3} [A-Z][a-z]{6}, \d\d[a-z]$/);
    expect(fake('text', 'Anna Petrova, 12b')).not.toContain('Petrova');
    expect(fake('text', 'Žofie Müller')).toMatch(/^[A-Z][a-z]{4} [A-Z][a-z]{5}$/);
  });

  test('an address leads nowhere, and fits', () => {
    expect(fake('text', 'anna@bank.example')).toMatch(/^[a-z\d]{16}@example\.invalid$/);
    expect(fake('character varying(24)', 'anna@bank.example', 24)).toMatch(/^[a-z\d]{11}@x\.invalid$/);
    expect(fake('text', 'https://bank.example/anna?x=1')).toMatch(/^https:\/\/example\.invalid\//);
    expect(fake('text', 'write to anna@bank.example today')).not.toContain('@');
  });

  test('different ones stay different, and equal ones equal, whatever the column', () => {
    const two = fc.string({unit: 'grapheme-ascii', minLength: 1, maxLength: 12});
    fc.assert(
      fc.property(two, two, (a, b) => {
        fc.pre(!/[@:]/.test(a + b)); // addresses are hashed, and far too many to meet
        expect(fakeText(cipher, a) === fakeText(cipher, b)).toBe(a === b);
      }),
    );
    const all = Array.from({length: 676}, (_, i) => String.fromCodePoint(97 + Math.floor(i / 26), 97 + (i % 26)));
    expect(new Set(all.map((text) => fakeText(cipher, text))).size).toBe(676);
  });

  test('another key gives another clone', () => {
    expect(fakeText(new KeyedCipher('another'), 'Anna Petrova')).not.toBe(fakeText(cipher, 'Anna Petrova'));
  });
});

describe('numbers', () => {
  test('keep their digits, stay within their type, and stay apart', () => {
    fc.assert(
      fc.property(fc.bigInt({min: -2_147_483_647n, max: 2_147_483_647n}), (number) => {
        const other = BigInt(fakeNumber(cipher, String(number), 'integer'));
        expect(String(other).length).toBe(String(number).length);
        expect(other <= 2_147_483_647n && other >= -2_147_483_647n).toBe(true);
      }),
    );
    const all = Array.from({length: 900}, (_, i) => fakeNumber(cipher, String(100 + i), 'integer'));
    expect(new Set(all).size).toBe(900);
  });

  test('a fraction has as many places', () => expect(fake('numeric(12,2)', '-120.50')).toMatch(/^-[1-9]\d\d\.\d\d$/));

  test('a range is a step below, or the first digit', () => {
    expect(change('numeric', {kind: 'range'}, '48213.75')).toBe('40000.00');
    expect(change('numeric', {kind: 'range', step: 500}, '48213.75')).toBe('48000');
    expect(change('bigint', {kind: 'range', step: 10}, '-9007199254740993')).toBe('-9007199254741000');
    expect(change('date', {kind: 'range'}, '1984-06-17')).toBe('1984-01-01');
    expect(change('timestamp with time zone', {kind: 'range', step: 'month'}, '1984-06-17 08:09:10.5+02')).toBe('1984-06-01 00:00:00+02');
    expect(change('timestamp with time zone', {kind: 'range', step: 'hour'}, '1984-06-17 08:09:10.5+02')).toBe('1984-06-17 08:00:00+02');
  });
});

test('what is inside a document, a list, an address or bytes is changed as well', () => {
  const document =
    '{"name": "Anna \\"A\\" Petrova", "status": "paid", "phone": 4930123456, "pages": 12, "anna@bank.example": [true, "Anna"]}';
  const changed = fake('jsonb', document) ?? '';
  expect(JSON.parse(changed)).toMatchObject({status: 'paid', pages: 12});
  expect(changed).not.toMatch(/anna|petrova|4930123456|bank/i);
  expect(fake('text[]', '{Anna,"Petrova, A.",NULL}')).toMatch(/^\{"[A-Z][a-z]{3}","[A-Z][a-z]{6}, [A-Z]\.",NULL\}$/);
  expect(fake('inet', '203.0.113.9/24')).toMatch(/^10\.\d+\.\d+\.\d+$/);
  expect(fake('inet', '2001:db8::1')).toMatch(/^fd00:/);
  expect(fake('bytea', '\\x416e6e61')).toMatch(/^\\x[\da-f]{8}$/);
  expect(fake('bytea', '\\x416e6e61')).not.toBe('\\x416e6e61');
  expect(change('uuid', {kind: 'hash'}, '0198c0de-0000-7000-8000-000000000001')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
});

test('the other rules', () => {
  expect(change('text', {kind: 'null'}, 'Anna')).toBeNull();
  expect(change('text', {kind: 'constant', value: '-'}, 'Anna')).toBe('-');
  expect(change('text', {kind: 'keep'}, 'Anna')).toBe('Anna');
  expect(change('text', {kind: 'hash'}, 'Anna')).toMatch(/^[\da-f]{32}$/);
  expect(change('character varying(20)', {kind: 'hash'}, 'Anna', 20)).toMatch(/^[\da-f]{20}$/);
});

test('a shuffle gives each value to another place, and NULL stays NULL elsewhere', () => {
  const column: Column = {name: 'sex', type: 'text', notNull: false, generated: false, identity: undefined, portableBinary: true};
  const note: Column = {...column, name: 'note'};
  const table: Table = {
    name: {schema: 'a', name: 'b'},
    columns: [column, note],
    key: [],
    partitions: [],
    estimatedRows: 0,
    estimatedBytes: 0,
  };
  const chosen = (name: string, disguise: ColumnDisguise) =>
    [name, {table: table.name, column: name, type: 'text', lengthMax: undefined, disguise, by: 'plan'}] as const;
  const columns = new Map([chosen('sex', {kind: 'shuffle'}), chosen('note', {kind: 'fake'})]);
  const rows = Array.from({length: 40}, (_, i) => ({sex: String(i), note: null}));
  const changed = disguiseRows(cipher, {table, columns}, rows);
  expect(changed.map(({sex}) => sex)).not.toEqual(rows.map(({sex}) => sex));
  expect(new Set(changed.map(({sex}) => sex))).toEqual(new Set(rows.map(({sex}) => sex)));
  expect(changed.every(({note: value}) => value === null)).toBe(true);
});

test('a number that the server writes with an exponent does not stay as it was, and what is no number does', () => {
  const cipher = new KeyedCipher('k');
  const faked = fakeNumber(cipher, '4.929123456789012e15', 'double');
  expect(faked).toMatch(/^4\.\d{15}e15$/);
  expect(faked).not.toBe('4.929123456789012e15');
  expect(roundedDown('5.2345678e+16', 1e12)).toBe('52345000000000000');
  expect(fakeNumber(cipher, 'NaN', 'double precision')).toBe('NaN');
});

test('a number stays within a type of MySQL', () => {
  const cipher = new KeyedCipher('k');
  for (const [type, most] of [
    ['tinyint unsigned', 255],
    ['mediumint(8)', 8_388_607],
    ['int unsigned zerofill', 4_294_967_295],
  ] as const)
    for (let n = 0; n < 60; n++) expect(Number(fakeNumber(cipher, String(most - n), type))).toBeLessThanOrEqual(most);
});

test('a date without a year loses its day, and one of zeros stays', () => {
  expect([roundedDown('0000-05-17', undefined), roundedDown('0000-00-00 00:00:00', undefined)]).toEqual([
    '0000-01-01',
    '0000-00-00 00:00:00',
  ]);
});
