/**
 * What was run to prove the promise, as a page and as a sentence that README quotes. The sums are in `proof.json`, one for
 * each commit; they are written by the programs themselves, with `--publish`, and by nobody else.
 */
import {readFileSync} from 'node:fs';

export type OfCommit = {
  readonly commit: string;
  readonly seeds: readonly number[];
  /** Of engines; absent: PostgreSQL to PostgreSQL. */
  readonly pair?: string;
  /** `2/3`; absent: of all runs. */
  readonly shard?: string;
};

/** A sweep and a series of faults are counted alike. */
export type RunsProof = OfCommit & {
  readonly runs: number;
  /** Of how many that there are for one seed. */
  readonly of: number;
  readonly bad: number;
  readonly crashes: number;
  readonly cutovers: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
};

/** Passes in which cells were made wrong, and passes in which nothing was. */
export type CampaignProof = OfCommit & {
  readonly passes: number;
  readonly corruptions: number;
  readonly found: number;
  readonly cleanPasses: number;
  readonly falseAlarms: number;
  /** Of the clean pass that had the fewest, and how many were wanted. */
  readonly writesASecond: number;
  readonly wantedASecond: number;
  readonly rows: number;
};

export type Proof = {
  readonly sweep: readonly RunsProof[];
  readonly faults: readonly RunsProof[];
  readonly campaign: readonly CampaignProof[];
};

export const PROOF_FILE = new URL('proof.json', import.meta.url);
export const readProof = (): Proof => JSON.parse(readFileSync(PROOF_FILE, 'utf8')) as Proof;

export function proofSentence({sweep, faults, campaign}: Proof): string {
  const all = [...sweep, ...faults];
  if (all.length === 0) return 'No sweep has been published yet.';
  const sum = (of: (one: RunsProof) => number): string => total(all, of);
  return (
    `${sum(({runs}) => runs)} migrations with ${sum(({crashes}) => crashes)} crashes and ${sum(({cutovers}) => cutovers)} ` +
    `cutovers under live writes, ${sum(({acknowledged}) => acknowledged)} acknowledged writes, ${sum(({lost}) => lost)} lost, ` +
    `${sum(({duplicated}) => duplicated)} duplicated${campaign.length ? `; ${campaignWords(campaign)}` : ''}.`
  );
}

const campaignWords = (all: readonly CampaignProof[]): string =>
  `of ${total(all, ({corruptions}) => corruptions)} seeded corruptions ${total(all, ({found}) => found)} were found and named`;

/** README's last word on what exists is the sentence; it is replaced in place. */
export const quoteProof = (readme: string, proof: Proof): string =>
  readme.replace(/^(\[What was run to prove it\]\(docs\/proof\.md\): ).*$/m, (_, link: string) => link + proofSentence(proof));

export function proofPage(proof: Proof): string {
  const text = readFileSync(new URL('proof-text.txt', import.meta.url), 'utf8');
  const {sweep, faults, campaign} = proof;
  const tables = [
    ...section('Sweeps of crash points', RUNS, sweep.map(runsRow)),
    ...section('Faults between the processes', RUNS, faults.map(runsRow)),
    ...section('Corruptions, and passes without one', CAMPAIGN, campaign.map(campaignRow)),
  ];
  return `${text}\n## What was run\n\n${proofSentence(proof)}\n${tables.join('')}`;
}

type Cells = readonly (string | number)[];
const RUNS: Cells = ['commit', 'seeds', 'runs', 'of', 'bad', 'crashes', 'cutovers', 'acknowledged', 'lost', 'duplicated'];
const CAMPAIGN: Cells = [
  'commit',
  'seeds',
  'passes',
  'corruptions',
  'found',
  'clean passes',
  'false alarms',
  'least writes/s',
  'wanted',
  'rows',
];

const ofCommit = ({commit, pair, shard, seeds}: OfCommit): Cells => [
  [`\`${commit}\``, pair, shard && `part ${shard}`].filter(Boolean).join(' '),
  seeds.join(', '),
];

const runsRow = (one: RunsProof): Cells => {
  const {runs, of, bad, crashes, cutovers, acknowledged, lost, duplicated} = one;
  return [...ofCommit(one), runs, of, bad, crashes, cutovers, acknowledged, lost, duplicated];
};

const campaignRow = (one: CampaignProof): Cells => {
  const {passes, corruptions, found, cleanPasses, falseAlarms, writesASecond, wantedASecond, rows} = one;
  return [...ofCommit(one), passes, corruptions, found, cleanPasses, falseAlarms, writesASecond, wantedASecond, rows];
};

const section = (heading: string, head: Cells, rows: readonly Cells[]): readonly string[] =>
  rows.length ? [`\n### ${heading}\n\n`, line(head), `|${' --- |'.repeat(head.length)}\n`, ...rows.map(line)] : [];

const line = (cells: Cells): string =>
  `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |\n`;

const total = <T>(all: readonly T[], of: (one: T) => number): string => all.reduce((sum, one) => sum + of(one), 0).toLocaleString('en');
