import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type Proof, proofPage, proofSentence} from '../../docs/proof-page.ts';
import {publish, runsProof} from './publish.ts';
import {type Result, Results} from './results.ts';

const result = (name: string, outcome: Result['outcome'], seed = 1): Result => ({
  ...{version: 'v', seed, name, outcome, words: [], ms: 5, folder: '', aim: {kind: 'sql.send', label: 'x', times: 1}},
  ...{crashes: 1, cutovers: 3, acknowledged: 1000, lost: 0, duplicated: 0},
});

test('a sweep that was stopped in the middle of a line goes on where it was, and repeats what was bad', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-results-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const before = new Results(folder);
  for (const one of [result('a', 'good'), result('b', 'bad'), result('c', 'missed')]) before.keep(one);
  appendFileSync(join(folder, 'results.jsonl'), '{"version":"v","na');
  const after = new Results(folder);
  const done = (name: string, seed = 1): boolean => after.isDone({version: 'v', seed, name});
  expect(['a', 'b', 'c', 'd'].map((name) => done(name))).toEqual([true, false, true, false]);
  expect(done('a', 2)).toBe(false);
  expect(after.of('v')).toHaveLength(3);
});

test('a result that is kept after a line was cut short can be read again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-results-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  appendFileSync(join(folder, 'results.jsonl'), '{"version":"v","na');
  new Results(folder).keep(result('a', 'good'));
  expect(new Results(folder).of('v')).toEqual([result('a', 'good')]);
});

test('what other machines have run of a commit stays, shard by shard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-results-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const file = join(folder, 'proof.json');
  writeFileSync(file, JSON.stringify({sweep: [], faults: [], campaign: []}));
  const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => result(name, 'good'));
  const publishAs = (index: number, results: readonly Result[]): void => {
    const proof = runsProof(results, 'v', 6, {pair: 'postgres-postgres', shard: {index, of: 2}});
    publish('sweep', proof, {version: 'v', isCommitted: true}, 0, file);
  };
  publishAs(1, all.slice(0, 2));
  publishAs(2, all);
  publishAs(1, all);
  const {sweep} = JSON.parse(readFileSync(file, 'utf8')) as Proof;
  expect(sweep.map(({shard}) => shard)).toEqual(['2/2', '1/2']);
  expect(sweep.every(({runs}) => runs > 0)).toBe(true);
  expect(sweep.reduce((sum, {runs}) => sum + runs, 0)).toBe(all.length);
});

test('the sums of a commit, in one sentence', () => {
  const proof = runsProof([result('a', 'good', 2), result('b', 'good', 1)], 'abc', 7, {
    pair: 'postgres-postgres',
    shard: {index: 1, of: 1},
  });
  expect(proof).toMatchObject({commit: 'abc', seeds: [1, 2], runs: 2, of: 7, bad: 0, crashes: 2, acknowledged: 2000});
  const campaign = {
    ...{commit: 'abc', seeds: [1], passes: 2, corruptions: 90, found: 90},
    ...{cleanPasses: 1, falseAlarms: 0, writesASecond: 1900, wantedASecond: 2000, rows: 5000},
  };
  const all = {sweep: [proof], faults: [proof], campaign: [campaign]};
  expect(proofSentence(all)).toBe(
    '4 migrations with 4 crashes and 12 cutovers under live writes, 4,000 acknowledged writes, 0 lost, 0 duplicated; ' +
      'of 90 seeded corruptions 90 were found and named.',
  );
  expect(proofPage(all)).toContain('| `abc` | 1, 2 | 2 | 7 | 0 | 2 | 6 | 2,000 | 0 | 0 |');
  expect(proofPage(all)).toContain('| `abc` | 1 | 2 | 90 | 90 | 1 | 0 | 1,900 | 2,000 | 5,000 |');
});
