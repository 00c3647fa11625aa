import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {POSTGRES_TYPE_CASES} from '../../../test/support/postgres-type-cases.ts';
import {choicesOf, chosenType, type FlavourName} from './types.ts';
import {conversion} from './values.ts';

const FLAVOURS: readonly FlavourName[] = ['mysql', 'mariadb'];
const CASES = FLAVOURS.flatMap((flavour) => POSTGRES_TYPE_CASES.map((one) => ({flavour, ...one})));

describe.each(CASES)('on $flavour a value of $type ($declared)', ({flavour, declared, values, lost = [], stops = [], ...column}) => {
  const chosen = chosenType(column, flavour, declared);
  if ('refused' in chosen) throw new Error(chosen.refused);
  const {choice} = chosen;
  const {forward, reverse, isSame = (a: string, b: string) => a === b} = conversion(choice.conversion, choice.shape);

  test('goes there and comes back', () => {
    const comesBack = (value: string): boolean => {
      const there = forward(value);
      const back = there === null ? null : reverse(there);
      return back !== null && isSame(value, back) && forward(back) === there;
    };
    fc.assert(fc.property(values, comesBack), {numRuns: 200});
  });

  test('has its losses by name', () => {
    if (lost.length) expect(choice.losses).not.toEqual([]);
    for (const value of lost) expect([value, forward(value)]).toEqual([value, null]);
  });

  test('does not come back where the source has no place for it', () => {
    const again = (value: string): unknown => {
      try {
        return forward(reverse(value) ?? '');
      } catch (error) {
        return (error as {code?: string}).code;
      }
    };
    if (stops.length) expect(choice.stops ?? choice.check).toBeDefined();
    for (const value of stops) expect([value, again(value) === value]).toEqual([value, false]);
  });
});

const refusalOf = (type: string, declared?: string, base?: string): string => {
  const chosen = chosenType({type, ...(base ? {base} : {})}, 'mysql', declared);
  return 'refused' in chosen ? chosen.refused : '';
};

test('what the plan may declare, and what has no type, is said by name', () => {
  expect(refusalOf('bigint', 'int')).toBe('bigint cannot become int; the plan may say type: bigint');
  expect(refusalOf('numeric')).toBe('numeric is not moved by itself; the plan may say type: longtext, decimal(p,s)');
  expect(refusalOf('numeric', 'decimal(66,2)')).toContain('cannot become decimal(66,2)');
  expect(refusalOf('text', 'varchar(16384)')).toContain('the plan may say type: longtext, varchar(n)');
  expect(refusalOf('text[]')).toBe('text[] is not moved by itself; the plan may say type: longtext');
  expect(refusalOf('interval')).toContain('time(6), longtext');
  expect(refusalOf('bit(65)')).toContain('the plan may say type: longtext');
  expect(refusalOf('numeric(70,2)')).toContain('the plan may say type: longtext');
  expect(refusalOf('shop.pair')).toContain('the plan may say type: longtext');
  for (const type of ['money', 'regclass', 'oid', 'regproc[]']) expect(refusalOf(type)).toContain('only a transform can say');
});

test('JSON that a server would round or refuse is NULL', () => {
  const json = (flavour: FlavourName) => {
    const [choice] = choicesOf({type: 'jsonb'}, flavour);
    if (!choice) throw new Error('jsonb has a type');
    return conversion(choice.conversion, choice.shape);
  };
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const [mysql, mariadb] = [json('mysql'), json('mariadb')];
  expect(mysql.forward('{"a": 12345678901234567890.125}')).toBeNull();
  expect(mysql.forward('[18446744073709551615]')).toBe('[18446744073709551615]');
  expect(mysql.forward('[18446744073709551616]')).toBeNull(); // a double, which is printed as 1.8446744073709552e19
  expect(mysql.forward('{"aa": 1.0, "b": -0.50}')).toBe('{"b": -0.5, "aa": 1}');
  expect(mariadb.forward('{"a": 12345678901234567890.125}')).toBe('{"a": 12345678901234567890.125}');
  expect([mysql.forward(nested(99)), mysql.forward(nested(100))]).toEqual([nested(99), null]);
  expect([mariadb.forward(nested(31)), mariadb.forward(nested(32))]).toEqual([nested(31), null]);
  expect(() => mysql.reverse('{"a": "\\u0000"}')).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
});
