import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {mysqlColumn, TYPE_CASES} from '../../../test/support/mysql-type-cases.ts';
import {chosenType, typesOf} from './types.ts';
import {conversion} from './values.ts';

const made = (type: string, declared?: string) => {
  const chosen = chosenType(mysqlColumn(type), declared);
  if ('refused' in chosen) throw new Error(chosen.refused);
  return {...chosen, ...conversion(chosen.choice.conversion, chosen.shape)};
};

/** As PostgreSQL reads a text of this type, in one spelling. */
const read = (type: string, text: string | null): unknown => {
  if (type.startsWith('time')) return text?.replace(/(\.\d*?)0+(?=\+|$)/, '$1').replace(/\.(?=\+|$)/, '');
  if (type === 'boolean') return text?.replace('0', 'f').replace('1', 't');
  return /^(double|real)/.test(type) ? Number(text) : text;
};

describe.each(TYPE_CASES)('a value of $type ($declared)', ({type, declared, values, lost = [], stops = []}) => {
  const {choice, forward, reverse, kept, isSame = (a: string, b: string) => a === b} = made(type, declared);
  const comesBack = (value: string): boolean => {
    const there = forward(value);
    const back = there === null ? null : reverse(there);
    return back !== null && isSame(value, back);
  };

  test('goes there and comes back', () => {
    fc.assert(fc.property(values, comesBack), {numRuns: 300});
  });

  if (kept)
    test('is what its bytes say where they are kept, and nothing that is lost is', () => {
      const isKept = (value: string): boolean => kept?.fits(Buffer.from(value)) === true;
      const isRight = (value: string): boolean =>
        !isKept(value) || (comesBack(value) && read(choice.type, value + (kept?.suffix ?? '')) === read(choice.type, forward(value)));
      fc.assert(fc.property(values, isRight), {numRuns: 300});
      for (const [value] of lost) expect([value, isKept(value)]).toEqual([value, false]);
      expect(fc.sample(values, 100).some(isKept)).toBe(true);
    });

  test('has its losses by name', () => {
    if (lost.length) expect(choice.losses).not.toEqual([]);
    for (const [value, becomes] of lost) {
      expect([value, forward(value)]).toEqual([value, becomes]);
      expect([value, comesBack(value)]).toEqual([value, false]);
    }
  });

  test('ends the way back where the source has no place for it', () => {
    for (const value of stops) expect(() => reverse(value), value).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
  });
});

test('a SET in another order comes back in its own', () => {
  const {forward, reverse} = made("set('z','a')");
  expect(reverse('{a,z}')).toBe('z,a');
  expect(forward('z,a')).toBe('{z,a}');
});

test('what the plan may declare, and what has no type, is said by name', () => {
  expect(chosenType(mysqlColumn('bigint(20) unsigned'), 'integer')).toEqual({
    refused: 'bigint(20) unsigned cannot become integer; the plan may say type: numeric(20,0), bigint',
  });
  expect(chosenType(mysqlColumn('polygon'), undefined)).toEqual({refused: 'polygon is not moved by itself; the plan may say type: bytea'});
  expect(chosenType(mysqlColumn('hyperloglog'), undefined)).toMatchObject({refused: expect.stringContaining('only a transform') as string});
});

test('members of an ENUM are read as the catalogue prints them', () => {
  expect(typesOf(mysqlColumn("enum('a''b','c,d',')','\\\\','\\n')"))?.shape.members).toEqual(["a'b", 'c,d', ')', '\\', '\n']);
});
