/** H-73: sets of transactions of both grammars, against an oracle that counts them one by one. */
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Position} from '../../model/position.ts';
import {containsSet, parseGtidSet, printGtidSet, subtract, unionOf} from '../../model/gtid-set.ts';
import {afterTransaction, comparePositions, containsPosition, missingFrom, toPosition} from './mysql-position.ts';

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '00000000-0000-0000-0000-00000000000b';
const position = (text: string): Position => toPosition(text);

const origins = [A, `${A}:blue`, `${A}:_x9`, B];
/** Few numbers, so that gaps, neighbours and overlaps are all met often. */
const members = fc.uniqueArray(fc.record({origin: fc.constantFrom(...origins), number: fc.integer({min: 1, max: 12})}), {
  selector: ({origin, number}) => `${origin}:${number}`,
  maxLength: 24,
});
type Members = readonly {readonly origin: string; readonly number: number}[];
const named = (some: Members): ReadonlySet<string> => new Set(some.map(({origin, number}) => `${origin}:${number}`));

/** As nobody would print it: one by one, in any order, with white space and capitals. */
const untidy = (some: Members): string => some.map(({origin, number}) => `\n ${origin.toUpperCase()}:${number}`).join(' ,');
const counted = (text: string): ReadonlySet<string> => {
  const all = new Set<string>();
  for (const [origin, intervals] of parseGtidSet(text))
    for (const [first, last] of intervals) for (let n = first; n <= last; n++) all.add(`${origin}:${n}`);
  return all;
};

describe('sets of MySQL (H-73)', () => {
  it('holds what was put in, and has one text', () => {
    fc.assert(
      fc.property(members, fc.nat(), (some, seed) => {
        const text = position(untidy(some));
        expect(counted(text)).toEqual(named(some));
        const shuffled = [...some].sort((a, b) => ((a.number * 31 + seed) % 7) - ((b.number * 31 + seed) % 7));
        expect(position(untidy(shuffled))).toBe(text);
        expect(position(text)).toBe(text);
      }),
    );
  });

  it('contains, joins and takes away as sets do', () => {
    fc.assert(
      fc.property(members, members, (some, others) => {
        const [a, b] = [named(some), named(others)];
        const [x, y] = [parseGtidSet(untidy(some)), parseGtidSet(untidy(others))];
        expect(containsSet(x, y)).toBe([...b].every((one) => a.has(one)));
        expect(counted(printGtidSet(unionOf(x, y)))).toEqual(new Set([...a, ...b]));
        expect(counted(printGtidSet(subtract(x, y)))).toEqual(new Set([...a].filter((one) => !b.has(one))));
      }),
    );
  });

  it('orders two places of one history, and refuses two that are not', () => {
    fc.assert(
      fc.property(members, members, (some, others) => {
        const [a, b] = [named(some), named(others)];
        const [isAfter, isBefore] = [[...b].every((one) => a.has(one)), [...a].every((one) => b.has(one))];
        const compare = (): number => comparePositions(position(untidy(some)), position(untidy(others)));
        if (!isAfter && !isBefore) expect(compare).toThrow(expect.objectContaining({code: 'CF-SRC-004'}));
        else expect(compare()).toBe(Number(isAfter) - Number(isBefore));
      }),
    );
  });

  it('grows by one transaction after the other, gaps and tags included', () => {
    let at = position('');
    for (const gtid of [`${A}:1`, `${A}:3`, `${B}:7`, `${A}:blue:1`, `${A}:2`, `${A}:blue:2`]) at = afterTransaction(at, gtid);
    expect(at).toBe(`${B}:7,${A}:1-3:blue:1-2`);
    expect(missingFrom(position(`${A}:2`), at)).toBe(`${B}:7,${A}:1:3:blue:1-2`);
  });

  it('knows numbers beyond those of JavaScript', () => {
    expect(comparePositions(position(`${A}:1-9223372036854775806`), position(`${A}:1-9223372036854775805`))).toBe(1);
  });

  it.each(['x:1', `${A}`, `${A}:`, `${A}:0`, `${A}:5-4`, `${A}:1-x`, `${A}:TOO-LONG:1`, `${A}:1-2-3`])('does not take %s', (text) => {
    expect(() => toPosition(text)).toThrow(/GTID set/);
  });
});

describe('positions of MariaDB (H-73)', () => {
  const domains = fc.uniqueArray(
    fc.record({domain: fc.integer({min: 0, max: 3}), server: fc.integer({min: 1, max: 2}), sequence: fc.integer({min: 1, max: 3})}),
    {selector: ({domain}) => domain},
  );
  const printed = (some: readonly {readonly domain: number; readonly server: number; readonly sequence: number}[]): string =>
    some.map(({domain, server, sequence}) => `${domain}-${server}-${sequence}`).join(',');

  it('contains another when every domain is at least as far, on the same server where it is as far', () => {
    fc.assert(
      fc.property(domains, domains, (some, others) => {
        const isIn = others.every(({domain, server, sequence}) => {
          const one = some.find((other) => other.domain === domain);
          return one !== undefined && (one.sequence > sequence || (one.sequence === sequence && one.server === server));
        });
        expect(containsPosition(position(printed(some)), position(printed(others)))).toBe(isIn);
      }),
    );
  });

  it('has no order between domains, and one text for one place', () => {
    expect(position('10-1-4, 2-1-9')).toBe('2-1-9,10-1-4');
    expect(() => comparePositions(position('0-1-5,1-1-1'), position('0-1-4,1-1-2'))).toThrow(/not of one history/);
    expect(() => comparePositions(position('0-1-5'), position('0-2-5'))).toThrow(/not of one history/);
    expect(afterTransaction(position('0-1-5,1-1-1'), '1-7-2')).toBe('0-1-5,1-7-2');
    expect(comparePositions(position('0-1-18446744073709551615'), position('0-1-18446744073709551614'))).toBe(1);
  });

  it('is never compared with one of MySQL', () => {
    expect(() => comparePositions(position('0-1-5'), position(`${A}:1-5`))).toThrow(/not of one history/);
    expect(comparePositions(position(''), position('0-1-5'))).toBe(-1);
  });

  it.each(['0-1', '0-1-x', '0-1-1,0-1-2'])('does not take %s', (text) => {
    expect(() => toPosition(text)).toThrow(/GTID/);
  });
});
