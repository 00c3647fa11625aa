import {appendFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {proofSentence} from '../../docs/proof-page.ts';
import {proofOf} from './publish.ts';
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

test('the sums of a commit, in one sentence', () => {
  const proof = proofOf([result('a', 'good', 2), result('b', 'good', 1)], 'abc');
  expect(proof).toMatchObject({commit: 'abc', seeds: [1, 2], runs: 2, bad: 0, crashes: 2, acknowledged: 2000});
  expect(proofSentence([proof, proof])).toContain(
    '4 migrations with 4 crashes and 12 cutovers under live writes, 4,000 acknowledged writes, 0 lost',
  );
});
