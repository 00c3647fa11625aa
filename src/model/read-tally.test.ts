import {expect, test} from 'vitest';
import {NO_READS, tallyOf} from './read-tally.ts';

const SAMPLE = {statement: 'SELECT ?', columns: ['a'], rows: {source: 1, target: 2}};

test('a report of another version counts with what is known of it', () => {
  expect(tallyOf('{}')).toEqual(NO_READS);
  expect(tallyOf(JSON.stringify({equal: 3, sourceMs: [0, 2], samples: [SAMPLE], unsettledWhy: 'why', later: 'x'}))).toEqual({
    ...NO_READS,
    ...{equal: 3, sourceMs: [0, 2], samples: [SAMPLE], unsettledWhy: 'why'},
  });
});

test('a difference that is told counts, whatever else the report holds', () => {
  expect(tallyOf(JSON.stringify({differing: 3, failed: 2, samples: ['x']}))).toMatchObject({differing: 3, failed: 2, unsettled: 1});
});

test.each([
  ['no object', 7],
  ['nothing', null],
  ['a list', []],
  ['a count that is a text', {equal: '3'}],
  ['a count below zero, which would hide others', {differing: -1}],
  ['no list', {sourceMs: 3}],
  ['a difference without rows', {samples: [{statement: 'SELECT ?', columns: []}]}],
  ['a column that is no name', {samples: [{...SAMPLE, columns: [1]}]}],
])('%s is no report, and is not settled', (_, told) => {
  expect(tallyOf(JSON.stringify(told))).toEqual({...NO_READS, unsettled: 1, unsettledWhy: 'a router sends what is no report'});
});
