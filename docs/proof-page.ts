/** What sweeps have shown, as a page and as a sentence that README quotes. The sums are in `proof.json`, of one commit each. */
import {readFileSync} from 'node:fs';

export type Proof = {
  readonly commit: string;
  readonly seeds: readonly number[];
  readonly runs: number;
  readonly bad: number;
  readonly crashes: number;
  readonly cutovers: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
};

// Written by `npm run sweep -- --publish` and by nobody else.
export const proofs = (): readonly Proof[] => JSON.parse(readFileSync(new URL('proof.json', import.meta.url), 'utf8')) as Proof[];

export function proofSentence(all: readonly Proof[]): string {
  if (all.length === 0) return 'No sweep has been published yet.';
  const sum = (of: (one: Proof) => number): string => all.reduce((total, one) => total + of(one), 0).toLocaleString('en');
  return (
    `Sweeps so far: ${sum(({runs}) => runs)} migrations with ${sum(({crashes}) => crashes)} crashes and ${sum(({cutovers}) => cutovers)} ` +
    `cutovers under live writes, ${sum(({acknowledged}) => acknowledged)} acknowledged writes, ${sum(({lost}) => lost)} lost, ` +
    `${sum(({duplicated}) => duplicated)} duplicated.`
  );
}

/** README's last word on what exists is the sentence; it is replaced in place. */
export const quoteProof = (readme: string, all: readonly Proof[]): string =>
  readme.replace(/^(\[What was run to prove it\]\(docs\/proof\.md\): ).*$/m, (_, link: string) => link + proofSentence(all));

export function proofPage(all: readonly Proof[]): string {
  const text = readFileSync(new URL('proof-text.txt', import.meta.url), 'utf8');
  const rows = all.map((one) => {
    const numbers = [one.runs, one.bad, one.crashes, one.cutovers, one.acknowledged, one.lost, one.duplicated];
    return `| \`${one.commit}\` | ${one.seeds.join(', ')} | ${numbers.map((number) => number.toLocaleString('en')).join(' | ')} |`;
  });
  const table = [
    '| commit | seeds | runs | bad | crashes | cutovers | acknowledged | lost | duplicated |',
    `|${' --- |'.repeat(9)}`,
    ...rows,
  ];
  return `${text}\n## What was run\n\n${proofSentence(all)}\n${all.length ? `\n${table.join('\n')}\n` : ''}`;
}
