import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {checksumMatch} from './checksum-match.ts';
import type {ChangedSince} from '../verify/verifier.ts';
import type {VerificationSummary} from './gate.ts';

const EQUAL: VerificationSummary = {at: '2026-05-02T08:30:00.000Z', equal: true, tables: 12, rows: '1000000', differing: 0, uncompared: 0};
const check = (change: Partial<VerificationSummary>, settings = {}) =>
  checksumMatch.check(measures({lastVerification: async () => ({...EQUAL, ...change}), settings}));

test('go when the newest comparison is equal, whole and fresh', async () => {
  expect(await check({})).toEqual({
    go: true,
    isUnmeasured: false,
    evidence: '1000000 rows in 12 tables compared 1.5 h ago, equal, 0 rows changed since, 0 compared again',
  });
  expect((await check({at: '2026-05-01T10:00:00.000Z'})).go).toBe(true);
});

test.each<[string, Partial<VerificationSummary>, string]>([
  ['rows that differ', {equal: false, differing: 3}, '3 rows differ'],
  ['rows that were not compared, even when it is called equal', {uncompared: 2}, '2 rows not compared'],
  ['differences, even when it is called equal', {differing: 1}, '1 rows differ'],
  ['a comparison of nothing', {tables: 0, rows: '0'}, 'no table was compared'],
  ['no reason at all', {equal: false}, 'not found equal'],
  ['its age', {at: '2026-05-01T09:59:59.999Z'}, 'older than 24.0 h'],
])('no-go for %s', async (_reason, change, evidence) => {
  const verdict = await check(change);
  expect(verdict).toMatchObject({go: false, evidence: expect.stringContaining(evidence)});
  expect(verdict.evidence).not.toMatch(/, equal,/);
});

test('no-go for the freshness the plan asks for', async () => {
  expect(await check({}, {freshness: '1h'})).toMatchObject({go: false, evidence: expect.stringContaining('older than 1.0 h')});
  expect((await check({}, {freshness: '2h'})).go).toBe(true);
});

test('no-go before the first comparison', async () => {
  const verdict = await checksumMatch.check(measures({lastVerification: async () => undefined}));
  expect(verdict).toEqual({go: false, evidence: 'the data have not been compared yet'});
});

type Known = ChangedSince & {readonly isKnown: true};
const KNOWN: Known = {isKnown: true, compared: 0, waiting: 0, oldestMs: 0, whole: [], differing: 0, trouble: undefined};
const since = (changed: ChangedSince) =>
  checksumMatch.check(measures({lastVerification: async () => EQUAL, changedSince: async () => changed}));

test('go while the rows that changed since are compared again, and says how many', async () => {
  const verdict = await since({...KNOWN, compared: 1180, waiting: 24, oldestMs: 4_100});
  expect(verdict).toEqual({
    go: true,
    isUnmeasured: false,
    evidence: '1000000 rows in 12 tables compared 1.5 h ago, equal, 1,204 rows changed since, 1,180 compared again, oldest unchecked 4 s',
  });
  expect((await since({...KNOWN, waiting: 1, oldestMs: 60_000})).go).toBe(true);
});

test.each<[string, ChangedSince, string]>([
  [
    'not known',
    {isKnown: false, why: 'all rows will be compared'},
    'what changed since the comparison of 08:30 UTC is not known: all rows will be compared',
  ],
  ['waiting for too long', {...KNOWN, waiting: 1, oldestMs: 60_001}, 'wait for longer than 60 s'],
  ['not comparable', {...KNOWN, waiting: 1, oldestMs: 90_000, trouble: 'no connection'}, 'no connection'],
  ['all of a table', {...KNOWN, whole: ['shop.orders']}, 'all rows of shop.orders are compared again'],
  ['different', {...KNOWN, differing: 2}, '2 rows that changed since differ'],
])('no-go when what changed since is %s', async (what, changed, evidence) => {
  const isUnmeasured = what !== 'different'; // the rest says nothing against the data
  expect(await since(changed)).toMatchObject({go: false, evidence: expect.stringContaining(evidence), isUnmeasured});
});

test('a difference counts, whatever is not known beside it', async () => {
  const changed = {isKnown: false, why: 'all rows will be compared'} as const;
  const verdict = await checksumMatch.check(
    measures({lastVerification: async () => ({...EQUAL, equal: false, differing: 1}), changedSince: async () => changed}),
  );
  expect(verdict).toMatchObject({go: false, isUnmeasured: false});
});

test('asks for the freshness that the plan wants', async () => {
  const asked: number[] = [];
  const changedSince = async (freshnessMs: number) => (asked.push(freshnessMs), KNOWN);
  await checksumMatch.check(measures({changedSince}));
  await checksumMatch.check(measures({changedSince, settings: {freshness: '1h'}}));
  expect(asked).toEqual([24 * 3_600_000, 3_600_000]);
});

test('no-go while rows were repaired without a known cause and nobody has acknowledged it', async () => {
  const verdict = await checksumMatch.check(measures({unexplained: async () => ({rows: 1200, tables: ['shop.orders', 'shop.parts']})}));
  expect(verdict).toMatchObject({
    go: false,
    evidence: expect.stringContaining('1,200 repaired rows of shop.orders, shop.parts have no known cause, which nobody has acknowledged'),
  });
});

test('throws when it cannot measure', async () => {
  const broken = measures({lastVerification: () => Promise.reject(new Error('no journal'))});
  await expect(checksumMatch.check(broken)).rejects.toThrow('no journal');
  await expect(check({at: 'yesterday'})).rejects.toThrow('no readable time');
});
