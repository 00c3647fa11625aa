/** Sums of what was run, kept in the project; added to only when somebody asks for it. */
import {readFileSync, writeFileSync} from 'node:fs';
import {type CampaignProof, type OfCommit, type Proof, PROOF_FILE, type RunsProof} from '../../docs/proof-page.ts';
import {ofShard} from './choose.ts';
import type {SweepFlags} from './flags.ts';
import {type Result, USUAL_PAIR, type Version} from './results.ts';

/** Of one version, pair and shard, all its seeds: a second time replaces what it said before. Not before `bad` is none. */
export function publish<K extends keyof Proof>(
  kind: K,
  proof: Proof[K][number],
  {version, isCommitted}: Version,
  bad: number,
  file: URL | string = PROOF_FILE,
): void {
  if (bad > 0) throw new Error(`a bad run of ${version} is not mended yet`);
  if (!isCommitted) throw new Error(`${version} is no commit: what was run cannot be had by anybody else`);
  const known = JSON.parse(readFileSync(file, 'utf8')) as Proof;
  const others = (known[kind] as readonly (RunsProof | CampaignProof)[]).filter((one) => placeOf(one) !== placeOf(proof));
  writeFileSync(file, `${JSON.stringify({...known, [kind]: [...others, proof]}, undefined, 2)}\n`);
}

const placeOf = ({commit, pair, shard}: OfCommit): string => JSON.stringify([commit, pair, shard]);

/** `of`: how many runs there are for one seed, of that shard. */
export function runsProof(
  all: readonly Result[],
  commit: string,
  of: number,
  {pair, shard}: Pick<SweepFlags, 'pair' | 'shard'>,
): RunsProof {
  const results = ofShard(all, shard);
  const sum = (part: (one: Result) => number): number => results.reduce((total, one) => total + part(one), 0);
  return {
    commit,
    seeds: seedsOf(results),
    runs: results.length,
    of,
    bad: badOf(results),
    crashes: sum(({crashes}) => crashes),
    cutovers: sum(({cutovers}) => cutovers),
    acknowledged: sum(({acknowledged}) => acknowledged),
    lost: sum(({lost}) => lost),
    duplicated: sum(({duplicated}) => duplicated),
    ...(pair === USUAL_PAIR ? {} : {pair}),
    ...(shard.of === 1 ? {} : {shard: `${shard.index}/${shard.of}`}),
  };
}

export const seedsOf = (all: readonly {readonly seed: number}[]): number[] => [...new Set(all.map(({seed}) => seed))].sort((a, b) => a - b);

export const badOf = (results: readonly Result[]): number => results.filter(({outcome}) => outcome === 'bad').length;
