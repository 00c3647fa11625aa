/** Sums of what was run, kept in the project; added to only when somebody asks for it. */
import {readFileSync, writeFileSync} from 'node:fs';
import {type CampaignProof, type Proof, PROOF_FILE, type RunsProof} from '../../docs/proof-page.ts';
import {type Result, USUAL_PAIR, type Version} from './results.ts';

/** Of one version and pair, all its seeds: a second time replaces what it said before. Not before `bad` is none. */
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
  const others = (known[kind] as readonly (RunsProof | CampaignProof)[]).filter((one) => one.commit !== version || one.pair !== proof.pair);
  writeFileSync(file, `${JSON.stringify({...known, [kind]: [...others, proof]}, undefined, 2)}\n`);
}

/** `of`: how many runs there are for one seed. */
export function runsProof(results: readonly Result[], commit: string, of: number, pair: string): RunsProof {
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
  };
}

export const seedsOf = (all: readonly {readonly seed: number}[]): number[] => [...new Set(all.map(({seed}) => seed))].sort((a, b) => a - b);

export const badOf = (results: readonly Result[]): number => results.filter(({outcome}) => outcome === 'bad').length;
