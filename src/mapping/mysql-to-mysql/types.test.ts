import {expect, test} from 'vitest';
import {isSameType, wayBackOf} from './types.ts';

test.each([
  ['int', 'int(11)', true],
  ['bigint unsigned', 'bigint(20) unsigned', true],
  ['year', 'year(4)', true],
  ['text', 'text /*M!100301 COMPRESSED*/', true],
  ['int(10) unsigned zerofill', 'int unsigned', false],
  ['varchar(10)', 'varchar(11)', false],
  ['int', 'bigint', false],
])('%s and %s are one type: %s', (a, b, same) => {
  expect(isSameType(a, b)).toBe(same);
});

test.each([
  ['int', 'int(11)', 'exact'],
  ['int(11)', 'bigint', 'stops'],
  ['int unsigned', 'bigint', 'stops'],
  ['int unsigned', 'int', undefined],
  ['bigint', 'bigint unsigned', undefined],
  ['decimal(10,2)', 'decimal(12,2)', 'stops'],
  ['decimal(10,2)', 'decimal(12,3)', undefined],
  ['varchar(10)', 'varchar(20)', 'stops'],
  ['varchar(20)', 'varchar(10)', undefined],
  ['varchar(50)', 'tinytext', 'stops'],
  ['varchar(100)', 'tinytext', undefined],
  ['varchar(100)', 'text', 'stops'],
  ['text', 'longtext', 'stops'],
  ['longtext', 'text', undefined],
  ['varbinary(255)', 'tinyblob', 'stops'],
  ['blob', 'text', undefined],
  ["enum('a','b')", "enum('a','b','c')", 'stops'],
  ["enum('a','b')", "enum('b','a','c')", undefined],
  ["enum('a','b')", "set('a','b','c')", undefined],
  ['float', 'double', 'loses'],
  ['datetime', 'datetime(3)', undefined],
])('of %s that is %s there the way back is %s', (from, to, back) => {
  expect(wayBackOf(from, to)).toBe(back);
});
