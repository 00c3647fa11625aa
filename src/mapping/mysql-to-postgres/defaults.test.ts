import {expect, test} from 'vitest';
import {mysqlColumn} from '../../../test/support/mysql-type-cases.ts';
import type {MysqlColumn} from '../../model/mysql-schema.ts';
import {convertedTable, scopeOf} from './converted-table.ts';
import {defaultOf} from './defaults.ts';

const made = (flavour: 'mysql' | 'mariadb', type: string, defaultText: string, rest: Partial<MysqlColumn> = {}): unknown => {
  const column = mysqlColumn(type, {defaultText, ...rest});
  const name = {schema: 'shop', name: 't'};
  const table = {name, comment: '', columns: [column], indexes: [], foreignKeys: [], checks: [], partitioning: undefined};
  const converted = convertedTable(flavour, table, {schema: 'shop', types: new Map()});
  const [found] = converted.columns;
  const written = found && defaultOf(flavour, found, scopeOf(converted, false));
  return written && 'sql' in written ? written.sql : written;
};

test.each([
  ['mysql', 'varchar(20)', "it's", "'it''s'"],
  ['mariadb', 'varchar(20)', "'it''s \\\\ \\n'", "'it''s \\ \n'"],
  ['mysql', 'varchar(20)', "b'1'", "'b''1'''"],
  ['mysql', 'varchar(20)', 'CURRENT_TIMESTAMP', "'CURRENT_TIMESTAMP'"],
  ['mysql', 'varchar(20)', 'NULL', "'NULL'"],
  ['mariadb', 'varchar(20)', 'NULL', undefined],
  ['mysql', 'int', '-7', '-7'],
  ['mysql', 'int(5) unsigned zerofill', '00042', '42'],
  ['mysql', 'decimal(5,2)', '1.50', '1.50'],
  ['mysql', 'bit(1)', "b'1'", 'true'],
  ['mariadb', 'bit(5)', "b'101'", "B'00101'"],
  ['mysql', 'varbinary(4)', '0x6100', "'\\x6100'::bytea"],
  ['mysql', 'year', '0000', '0'],
  ['mysql', 'time', '-10:30:00', "'PT-10H-30M'"],
  ['mysql', 'datetime(3)', '2024-01-01 00:00:00.500', "'2024-01-01 00:00:00.5'"],
] as const)('of %s: %s DEFAULT %s', (flavour, type, text, sql) => {
  expect(made(flavour, type, text)).toBe(sql);
});

test('a member of an ENUM or SET without a character set is printed as its bytes', () => {
  expect(made('mysql', "enum('page','file')", '0x66696C65', {characterSet: null})).toBe("'file'");
  expect(made('mysql', "set('a','b')", '0x612C62', {characterSet: null})).toBe("'{a,b}'");
  expect(made('mysql', "enum('0x61','a')", '0x61')).toBe("'0x61'");
});

test('an expression is known by what EXTRA says', () => {
  const extra = {extra: 'DEFAULT_GENERATED'};
  expect(made('mysql', 'int', '(1 + 1)', extra)).toBe('((1 + 1))::integer');
  expect(made('mysql', 'timestamp', 'CURRENT_TIMESTAMP', {extra: 'DEFAULT_GENERATED on update CURRENT_TIMESTAMP'})).toContain(
    'CURRENT_TIMESTAMP(0)',
  );
  expect(made('mysql', 'int', 'rand()', extra)).toEqual({refused: 'the function RAND'});
});

test('a default that is no value of the target is left out, and said', () => {
  expect(made('mysql', 'date', '0000-00-00')).toEqual({absent: expect.stringContaining('0000-00-00') as string});
});
