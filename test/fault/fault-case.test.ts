import {expect, test} from 'vitest';
import {allCases, FAULTS, inTurn, PAIRS, POOLED_PAIRS} from './fault-case.ts';

const pairs = [...PAIRS, ...POOLED_PAIRS];
const cases = allCases(pairs, ['hold', 'decide', 'route']);

test('every pair meets with every fault at every step, and with no fault for good that would be nobody else’s', () => {
  expect(new Set(cases.map(({name}) => name)).size).toBe(cases.length);
  const seen = (of: (one: (typeof cases)[number]) => string) => new Set(cases.map(of)).size;
  expect(seen(({pair, fault, step}) => `${pair} ${fault} ${step}`)).toBe(pairs.length * Object.keys(FAULTS).length * 3);
  expect(cases.filter(({pair, lasts}) => pair.startsWith('client') && lasts === 'forever')).toEqual([]);
});

test('the first of a run have something of everything, in an order that the seed decides', () => {
  const first = inTurn(cases, 1).slice(0, pairs.length * Object.keys(FAULTS).length);
  expect(new Set(first.map(({pair, fault}) => `${pair} ${fault}`)).size).toBe(first.length);
  expect(inTurn(cases, 1)).toEqual(inTurn(cases, 1));
  expect(inTurn(cases, 2)).not.toEqual(inTurn(cases, 1));
  expect(new Set(inTurn(cases, 2))).toEqual(new Set(cases));
});
