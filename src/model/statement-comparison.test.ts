import {expect, test} from 'vitest';
import {compareStatements} from './statement-comparison.ts';
import type {StatementRecord, StatementTime} from './statement-times.ts';

const RULES = {factor: 2, leastMs: 10, callsMin: 5};
const AT = '2026-11-22T10:00:00.000Z';

const one = (fingerprint: string, calls: number, meanMs: number): StatementTime => ({
  fingerprint,
  text: `text of ${fingerprint}`,
  calls,
  totalMs: calls * meanMs,
});
const counted = (...statements: readonly StatementTime[]): StatementRecord => ({countedSince: AT, statements});
const compare = (source: StatementRecord, now: StatementRecord, target: StatementRecord = counted()) =>
  compareStatements({at: AT, source, target}, now, RULES);
const namesOf = (comparison: ReturnType<typeof compare>) =>
  'slower' in comparison ? comparison.slower.map(({fingerprint}) => fingerprint) : comparison;

test('slower is what has grown by the factor and by the difference, both; the most time lost in all comes first', () => {
  const source = counted(one('a', 100, 10), one('b', 100, 1), one('c', 100, 100), one('d', 100, 1), one('e', 100, 0));
  const found = compare(source, counted(one('a', 10, 30), one('b', 10, 10.9), one('c', 10, 199), one('d', 900, 20), one('e', 10, 11)));
  expect(namesOf(found)).toEqual(['d', 'a', 'e']);
  expect(found).toMatchObject({
    compared: 5,
    waiting: 0,
    slower: [{source: {calls: 100, meanMs: 1}, target: {calls: 900, meanMs: 20}, factor: 20}, {}, {}],
  });
});

test('of very many the worst are listed, and all are counted', () => {
  const many = Array.from({length: 30}, (_, i) => one(`s${i}`, 10, 1));
  const found = compare(counted(...many), counted(...many.map((each, i) => ({...each, totalMs: each.calls * (50 + i)}))));
  expect(found).toMatchObject({compared: 30, slowerInAll: 30});
  expect(namesOf(found)).toHaveLength(20);
});

test('few calls are not compared, and are waited for', () => {
  expect(compare(counted(one('a', 4, 1), one('b', 5, 1)), counted(one('a', 50, 99), one('b', 4, 99)))).toMatchObject({
    compared: 0,
    waiting: 1,
    slower: [],
  });
});

test('what the target had counted before the traffic came is taken off, unless it has begun to count anew', () => {
  const source = counted(one('a', 100, 1));
  const before = counted(one('a', 1000, 50));
  expect(compare(source, counted(one('a', 1002, 50)), before)).toMatchObject({compared: 0, waiting: 1});
  expect(compare(source, {countedSince: '2026-11-23T00:00:00.000Z', statements: [one('a', 1002, 50)]}, before)).toMatchObject({
    slower: [{target: {calls: 1002}}],
  });
  expect(compare(source, counted(one('a', 20, 50)), before), 'it was put out and has come again').toMatchObject({
    slower: [{target: {calls: 20}}],
  });
});

test('expensive ones that nobody remembers are named apart', () => {
  expect(compare(counted(), counted(one('a', 10, 9), one('b', 10, 11), one('c', 4, 99)))).toMatchObject({
    slower: [],
    unknown: [{fingerprint: 'b', meanMs: 11, calls: 10}],
  });
});

test('a side without a record is no comparison', () => {
  expect(compare({notRecorded: 'switched off'}, counted())).toEqual({notCompared: 'the source: switched off'});
  expect(compare(counted(), {notRecorded: 'switched off'})).toEqual({notCompared: 'the target: switched off'});
});
