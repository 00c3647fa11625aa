/** What a campaign has seen so far, in lines for people. */
import type {CampaignProof} from '../../docs/proof-page.ts';
import {seedsOf} from '../sweep/publish.ts';
import {USUAL_PAIR} from '../sweep/results.ts';
import type {PairName} from './dialects.ts';
import type {CleanKept, Kept, SeededKept} from './results.ts';

export function sumLines(kept: readonly Kept[]): readonly string[] {
  const [seeded, clean] = [seededOf(kept), cleanOf(kept)];
  return [...(seeded.length ? seededLines(seeded) : []), ...(clean.length ? cleanLines(clean) : [])];
}

function seededLines(passes: readonly SeededKept[]): readonly string[] {
  const bad = passes.filter(({words}) => words.length > 0).length;
  const [corruptions, found] = [sum(passes, (one) => one.corruptions), sum(passes, (one) => one.found)];
  return [
    `${passes.length} seeded passes (${bad} bad): ${corruptions} corruptions, ${found} found and named, ${corruptions - found} missed; ${common(passes)}`,
    `  by kind: ${counts(passes.map(({kinds}) => kinds))}`,
    `  by table: ${counts(passes.map(({tables}) => tables))}; ${sum(passes, (one) => one.atBorders)} at a border of a range`,
    `  by cause: ${counts(passes.map(({causes}) => causes))}`,
  ];
}

function cleanLines(passes: readonly CleanKept[]): readonly string[] {
  const bad = passes.filter(({words}) => words.length > 0).length;
  const {writesASecond, wantedASecond} = rates(passes);
  return [
    `${passes.length} clean passes (${bad} bad), the shortest ${seconds(Math.min(...passes.map(({ms}) => ms)))}, the least ${writesASecond} writes/s of ${wantedASecond} wanted; ${common(passes)}`,
  ];
}

function common(passes: readonly Kept[]): string {
  const effort = (of: keyof Kept['effort']): number => sum(passes, (one) => one.effort[of]);
  return (
    `${sum(passes, ({rows}) => rows)} rows compared under ${sum(passes, ({writes}) => writes)} writes in ` +
    `${seconds(sum(passes, ({ms}) => ms))}; ${effort('waits')} waits, ${effort('retries')} second looks, ${effort('held')} with writers held`
  );
}

function counts(each: readonly Readonly<Partial<Record<string, number>>>[]): string {
  const total = new Map<string, number>();
  for (const one of each) for (const [name, n = 0] of Object.entries(one)) total.set(name, (total.get(name) ?? 0) + n);
  return [...total].map(([name, n]) => `${name} ${n}`).join(', ');
}

/** The same for the project's own record. */
export function campaignProof(kept: readonly Kept[], commit: string, pair: PairName): CampaignProof {
  const [seeded, clean] = [seededOf(kept), cleanOf(kept)];
  return {
    commit,
    seeds: seedsOf(kept),
    passes: seeded.length,
    corruptions: sum(seeded, ({corruptions}) => corruptions),
    found: sum(seeded, ({found}) => found),
    cleanPasses: clean.length,
    falseAlarms: clean.filter(({words}) => words.length > 0).length,
    ...(clean.length ? rates(clean) : {writesASecond: 0, wantedASecond: 0}),
    rows: sum(kept, ({rows}) => rows),
    ...(pair === USUAL_PAIR ? {} : {pair}),
  };
}

const seededOf = (kept: readonly Kept[]): SeededKept[] => kept.filter((one): one is SeededKept => one.type === 'seeded');
const cleanOf = (kept: readonly Kept[]): CleanKept[] => kept.filter((one): one is CleanKept => one.type === 'clean');

const rates = (passes: readonly CleanKept[]) => ({
  writesASecond: Math.round(Math.min(...passes.map(({ms, writes}) => (writes * 1000) / ms))),
  wantedASecond: Math.max(...passes.map(({writesASecond}) => writesASecond)),
});

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
