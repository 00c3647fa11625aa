/** Sums of whole sweeps, kept in the project; added to only when somebody asks for it. */
import {readFileSync, writeFileSync} from 'node:fs';
import type {Proof} from '../../docs/proof-page.ts';
import type {Result} from './results.ts';

const FILE = new URL('../../docs/proof.json', import.meta.url);

/** Of one version, all its seeds: a second time replaces what it said before. */
export function publish(results: readonly Result[], commit: string, isCommitted: boolean): void {
  if (results.some(({outcome}) => outcome === 'bad')) throw new Error(`a bad run of ${commit} is not mended yet`);
  if (!isCommitted) throw new Error(`${commit} is no commit: what was run cannot be had by anybody else`);
  const proofs = JSON.parse(readFileSync(FILE, 'utf8')) as Proof[];
  const others = proofs.filter((one) => one.commit !== commit);
  writeFileSync(FILE, `${JSON.stringify([...others, proofOf(results, commit)], undefined, 2)}\n`);
}

export function proofOf(results: readonly Result[], commit: string): Proof {
  const sum = (of: (one: Result) => number): number => results.reduce((total, one) => total + of(one), 0);
  return {
    commit,
    seeds: [...new Set(results.map(({seed}) => seed))].sort((a, b) => a - b),
    runs: results.length,
    bad: results.filter(({outcome}) => outcome === 'bad').length,
    crashes: sum(({crashes}) => crashes),
    cutovers: sum(({cutovers}) => cutovers),
    acknowledged: sum(({acknowledged}) => acknowledged),
    lost: sum(({lost}) => lost),
    duplicated: sum(({duplicated}) => duplicated),
  };
}
