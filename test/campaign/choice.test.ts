/** What a campaign is made of: which rows, how many in a pass, and that it goes on where it was stopped. */
import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type Proof, proofPage} from '../../docs/proof-page.ts';
import {chance} from '../../examples/demo/chance.ts';
import {publish} from '../sweep/publish.ts';
import type {Row} from './corruption.ts';
import type {PairName} from './dialects.ts';
import {campaignFlags} from './flags.ts';
import {pairs} from './pairs.ts';
import {campaignFolder, CampaignResults, type Kept} from './results.ts';
import {chooseCorruptions, type RowsByTable, rowsIn} from './rows.ts';
import {campaignProof, sumLines} from './sums.ts';
import {ITEMS, STAMPS, STEP, type TableNamed, TOKENS, TORTURE} from './tables.ts';

const COUNT = 50;
const keysOf = (table: TableNamed, count: number, key: (n: number) => readonly string[]) => {
  const all = Array.from({length: count}, (_, i): Row => ({table, key: key(i + 1)}));
  return {all, borders: all.filter((_, i) => i === 0 || i === count - 1 || i % 97 === 0)};
};
const rows: RowsByTable = {
  'camp.items': keysOf('camp.items', ITEMS, (n) => [String(n * STEP)]),
  'camp.stamps': keysOf('camp.stamps', STAMPS, (n) => [`L${n % 500}`, String(n)]),
  'camp.tokens': keysOf('camp.tokens', TOKENS, (n) => [`00000000-0000-0000-0000-${String(n).padStart(12, '0')}`]),
  'camp.torture': keysOf('camp.torture', TORTURE, (n) => [String(n - 1)]),
};
const chosen = (seed: number, pair: PairName = 'postgres-postgres') =>
  chooseCorruptions(pairs[pair].recipes, rows, {count: COUNT, from: 0, chance: chance(seed)});

test.each(Object.keys(pairs) as PairName[])(
  '%s: the corruptions of a pass are of every kind and in every table, also at borders, and no row has two',
  (pair) => {
    const corruptions = chosen(7, pair);
    expect(new Set(corruptions.map(({kind}) => kind))).toEqual(new Set(Object.keys(pairs[pair].recipes)));
    const wrong = rowsIn(corruptions);
    expect(new Set(wrong.map(({table}) => table))).toEqual(new Set(Object.keys(rows)));
    expect(new Set(wrong.map(({table, key}) => JSON.stringify([table, key])))).toHaveProperty('size', wrong.length);
    expect(corruptions.filter(({atBorder}) => atBorder).length).toBeGreaterThan(COUNT / 10);
  },
);

test('a seed chooses the same ones again, another one others', () => {
  expect(chosen(7)).toEqual(chosen(7));
  expect(chosen(8)).not.toEqual(chosen(7));
});

test('more than fifty in a pass are refused, and so is what is no number', () => {
  expect(campaignFlags(['--corruptions', '100', '--passes', '2', '--budget', '90s'])).toMatchObject({
    ...{pair: 'postgres-postgres', passes: 2, budgetMs: 90_000},
  });
  expect(campaignFlags(['--pair', 'mysql-postgres'])).toMatchObject({pair: 'mysql-postgres'});
  expect(() => campaignFlags(['--pair', 'mysql-oracle'])).toThrow('--pair');
  expect(() => campaignFlags(['--corruptions', '101', '--passes', '2'])).toThrow('more than 50');
  expect(() => campaignFlags(['--seed', 'x'])).toThrow('--seed');
  expect(() => campaignFlags(['--budget', 'soon'])).toThrow('--budget');
});

const kept = (name: string, words: readonly string[]): Kept => ({
  ...{type: 'seeded', version: 'v', seed: 1, name, words, ms: 2000, rows: 100, writes: 10, effort: {waits: 1, retries: 2, held: 0}},
  ...{corruptions: 2, found: 2 - words.length, kinds: {'lost insert': 2}, tables: {'camp.items': 2}, atBorders: 1, causes: {seeded: 2}},
});

test('a campaign that was stopped in the middle of a line goes on where it was, and makes a bad pass again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-campaign-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const before = new CampaignResults(folder);
  for (const one of [kept('a', []), kept('b', ['missed'])]) before.keep(one);
  appendFileSync(join(folder, 'results.jsonl'), '{"version":"v","na');
  const after = new CampaignResults(folder);
  expect(['a', 'b', 'c'].map((name) => after.isDone({version: 'v', seed: 1, name}))).toEqual([true, false, false]);
  after.keep(kept('b', []));
  const last = new CampaignResults(folder);
  expect(last.of('v')).toHaveLength(2);
  expect(last.medianMs('seeded')).toBe(2000);
  expect(sumLines(last.of('v'))[0]).toContain('2 seeded passes (0 bad): 4 corruptions, 4 found and named, 0 missed');
});

test('the sums of a commit are published by pair, under its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-campaign-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const file = join(folder, 'proof.json');
  writeFileSync(file, JSON.stringify({sweep: [], faults: [], campaign: []}));
  const publishAs = (pair: PairName, names: readonly string[]): void =>
    publish(
      'campaign',
      campaignProof(
        names.map((name) => kept(name, [])),
        'v',
        pair,
      ),
      {version: 'v', isCommitted: true},
      0,
      file,
    );
  publishAs('postgres-postgres', ['a']);
  publishAs('mysql-postgres', ['a']);
  publishAs('mysql-postgres', ['a', 'b']);
  const proof = JSON.parse(readFileSync(file, 'utf8')) as Proof;
  expect(proof.campaign.map(({pair, passes, found}) => ({pair, passes, found}))).toEqual([
    {pair: undefined, passes: 1, found: 2},
    {pair: 'mysql-postgres', passes: 2, found: 4},
  ]);
  expect(proofPage(proof)).toContain('| `v` mysql-postgres | 1 | 2 | 4 | 4 | 0 |');
  expect(campaignFolder('mysql-postgres')).not.toBe(campaignFolder('postgres-postgres'));
});
