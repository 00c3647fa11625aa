import {describe, expect, test} from 'vitest';
import type {Column} from '../../model/table.ts';
import {mariadbToMariadb, mysqlOrMariadb, mysqlToMysql} from './pair.ts';

const column = (type: string): Column => ({name: 'c', type, notNull: false, generated: false, identity: undefined, portableBinary: false});
const asIs = {kind: 'rename', column: 'c', to: 'c', type: undefined} as const;

test.each([
  ['mysql', mysqlToMysql, 'json', false],
  ['mysql', mysqlToMysql, 'double', true],
  ['mariadb', mariadbToMariadb, 'json', true],
  ['mariadb', mariadbToMariadb, 'uuid', true],
  ['between', mysqlOrMariadb({accept: []}), 'json', false],
  ['between', mysqlOrMariadb({accept: []}), 'double', false],
  ['between', mysqlOrMariadb({accept: []}), 'varchar(10)', true],
  ['between', mysqlOrMariadb({accept: []}), 'bit(3)', true],
] as const)('%s: of %s the servers compare by themselves: %s', (_, {column: mapped}, type, isPlain) => {
  expect(mapped(column(type), asIs, false).isPlain).toBe(isPlain);
});

describe('between MySQL and MariaDB', () => {
  const mapped = (type: string) => mysqlOrMariadb({accept: []}).column(column(type), asIs, false);

  test('a uuid is a text in the form that MariaDB prints, and comes back in no other', () => {
    const {type, forward, reverse} = mapped('uuid');
    expect(type).toBe('char(36)');
    const uuid = '01980c0d-e000-7000-8000-0000000000ff';
    expect(forward([uuid])).toEqual([uuid]);
    expect(reverse?.([uuid])).toEqual([uuid]);
    expect(() => reverse?.([uuid.toUpperCase()])).toThrow(/none that a uuid of the source can hold/);
  });

  test.each([
    ['10.0.0.1', true],
    ['255.249.199.0', true],
    ['010.0.0.1', false],
    ['256.0.0.1', false],
    ['1.2.3', false],
    ['1.2.3.4.', false],
  ])('%s comes back as an address: %s', (address, isOne) => {
    const back = () => mapped('inet4').reverse?.([address]);
    if (isOne) expect(back()).toEqual([address]);
    else expect(back).toThrow(/inet4/);
  });

  test('INET6 is refused by name, with what to do', () => {
    expect(mapped('inet6').problem).toMatch(/BINARY\(16\)/);
  });

  test('a float has one spelling, and zero no sign', () => {
    const {forward, isSame} = mapped('double');
    expect(forward(['-0'])).toEqual(['0']);
    expect(forward(['1e15'])).toEqual(forward(['1000000000000000']));
    expect(isSame?.('-0', '0')).toBe(true);
    expect(isSame?.('1', '1.5')).toBe(false);
  });
});
