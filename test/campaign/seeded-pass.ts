/**
 * One pass: corruptions behind the stream's back while the application writes, then the comparison that an operator asks
 * for, with repair. Good when every corruption was found and named by table, key, kind and columns, nothing else was, every
 * row was compared, each repaired row has its cause, and both sides are equal afterwards.
 */
import type {JournalFact} from '../../src/journal/journal.ts';
import type {RepairCause, RepairedRows} from '../../src/model/repair-cause.ts';
import {hashedKey} from '../../src/verify/verifier.ts';
import type {DifferenceJson} from '../../src/verify/difference-report.ts';
import {chance as chanceOf} from '../../examples/demo/chance.ts';
import type {Corruption, Expected} from './corruption.ts';
import {chooseCorruptions, rowsIn, rowsOf} from './rows.ts';
import type {CampaignWorld, Verified} from './world.ts';
import type {Writers} from './writers.ts';

const NEVER = new AbortController().signal;

export type PassResult = {
  /** What was wrong; none for a good pass. */
  readonly words: readonly string[];
  readonly ms: number;
  /** Rows compared, of one comparison. */
  readonly rows: number;
  /** Acknowledged by the application meanwhile. */
  readonly writes: number;
  readonly effort: Effort;
};
export type Effort = {readonly waits: number; readonly retries: number; readonly held: number};
export type SeededResult = PassResult & {
  readonly corruptions: number;
  readonly found: number;
  readonly kinds: Readonly<Partial<Record<string, number>>>;
  readonly tables: Readonly<Partial<Record<string, number>>>;
  /** Whose row was the first or the last of a range, or of its table. */
  readonly atBorders: number;
  readonly causes: Readonly<Partial<Record<RepairCause, number>>>;
};

export async function seededPass(
  world: CampaignWorld,
  writers: Writers,
  {seed, pass, count}: {readonly seed: number; readonly pass: number; readonly count: number},
): Promise<SeededResult> {
  const began = performance.now();
  const before = writers.writes;
  const chance = chanceOf(seed * 100_003 + pass);
  const rows = await rowsOf(world);
  const corruptions = chooseCorruptions(world.pair.recipes, rows, {count, from: pass * count, chance});
  const wrong = rowsIn(corruptions);
  await writers.leaveAlone(wrong);
  await world.link.reached(await world.source.database.source.currentPosition(), NEVER);
  for (const one of corruptions) await carryOut(world, one);
  // Every other corruption is one that a drill tells of beforehand.
  const seeded = rowsIn(corruptions.filter((_, i) => i % 2 === 0)).map(hashOf);
  const told: RepairedRows[] = [];
  const verified = await Promise.race([world.verify({repair: true, seeded}, (fact) => told.push(...causesIn(fact))), world.failed]);
  await writers.leaveAlone([]);
  const named = new Map(namedBy(verified).map((one) => [one.id, one]));
  const missed = corruptions.filter(({expected}) => !expected.every((one) => isNamed(one, named.get(idOf(one)))));
  const words = [...missed.map(missedWords(named)), ...faultsOf({verified, wrong, named, seeded, told})];
  return {
    words,
    ms: performance.now() - began,
    ...summaryOf(verified),
    writes: writers.writes - before,
    corruptions: corruptions.length,
    found: corruptions.length - missed.length,
    kinds: countBy(corruptions.map(({kind}) => kind)),
    tables: countBy(corruptions.map(({expected}) => expected[0]?.table ?? '')),
    atBorders: corruptions.filter(({atBorder}) => atBorder).length,
    causes: sumBy(told),
  };
}

const carryOut = ({pair, source, target}: CampaignWorld, {on, statements}: Corruption): Promise<void> =>
  on === 'source' ? pair.writeUnseen(source, ...statements) : target.run(...statements);

const tableOf = ({table}: Expected) => ({schema: 'camp', name: table.slice('camp.'.length)});
const hashOf = (one: Expected): string => hashedKey(tableOf(one), one.key);
const idOf = (one: Expected): string => `${one.table} ${hashOf(one)}`;

type Named = {readonly id: string; readonly kind: string; readonly columns: readonly string[]};

/** What people were shown of the comparison that came first. */
const namedBy = ({evidence}: Verified): readonly Named[] => {
  const found = evidence['found'] as {readonly differences: DifferenceJson} | undefined;
  return (found?.differences.tables ?? []).flatMap(({table, differences}) =>
    differences.map(({key, kind, columns}) => ({id: `${table} ${String(key)}`, kind, columns})),
  );
};

const isNamed = ({kind, columns}: Expected, named: Named | undefined): boolean =>
  named !== undefined && named.kind === kind && named.columns.join() === columns.join();

const missedWords =
  (named: ReadonlyMap<string, Named>) =>
  ({kind, on, expected, statements}: Corruption): string => {
    const said = expected.map(
      (one) => `${one.table} ${one.key.join('/')} ${one.kind} ${one.columns.join()}: ${saidOf(named.get(idOf(one)))}`,
    );
    return `${kind} on the ${on}: ${said.join('; ')}; made by ${statements.join('; ').slice(0, 300)}`;
  };
const saidOf = (named: Named | undefined): string => (named ? `named ${named.kind} ${named.columns.join()}` : 'not named');

type Judged = {
  readonly verified: Verified;
  readonly wrong: readonly Expected[];
  readonly named: ReadonlyMap<string, Named>;
  readonly seeded: readonly string[];
  readonly told: readonly RepairedRows[];
};

/** Everything else that makes a pass bad. */
const faultsOf = ({verified, wrong, named, seeded, told}: Judged): string[] => {
  const {equal, uncompared} = verificationOf(verified);
  const known = new Set(wrong.map(idOf));
  const alarms = [...named.keys()].filter((id) => !known.has(id));
  const found = verified.evidence['found'] as {readonly differences: DifferenceJson} | undefined;
  const left = (found?.differences.uncompared ?? 0) + (uncompared ?? 0);
  const causeOf = new Map<string, RepairCause>(
    told.flatMap(({table, keys, cause}) => keys.map((key) => [`${table} ${key}`, cause] as const)),
  );
  const isDrill = new Set(seeded);
  const misjudged = wrong.filter((one) => (causeOf.get(idOf(one)) === 'seeded') !== isDrill.has(hashOf(one)) && named.has(idOf(one)));
  const untold = [...named.keys()].filter((id) => !causeOf.has(id));
  return [
    ...(verified.error === undefined ? [] : [verified.error]),
    ...alarms.map((id) => `a false alarm: ${id} ${named.get(id)?.kind} ${named.get(id)?.columns.join()}`),
    ...(left > 0 ? [`${left} rows were not compared`] : []),
    ...(equal === true ? [] : ['not equal after the repair']),
    ...untold.map((id) => `repaired without a cause: ${id}`),
    ...misjudged.map((one) => `the cause of ${one.table} ${one.key.join('/')} was said to be ${causeOf.get(idOf(one))}`),
  ];
};

type Verification = {
  readonly equal?: boolean;
  readonly uncompared?: number;
  readonly differing?: number;
  readonly rows?: string;
  readonly effort?: Effort;
};
export const verificationOf = ({evidence}: Verified): Verification => (evidence['verification'] ?? {}) as Verification;

export const summaryOf = (verified: Verified): {readonly rows: number; readonly effort: Effort} => {
  const {rows = '0', effort = {waits: 0, retries: 0, held: 0}} = verificationOf(verified);
  return {rows: Number(rows), effort};
};

const causesIn = (fact: JournalFact): readonly RepairedRows[] => (fact.type === 'repairing' ? fact.causes : []);

const countBy = <T extends string>(items: readonly T[]): Partial<Record<T, number>> => {
  const counts: Partial<Record<T, number>> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
};
const sumBy = (told: readonly RepairedRows[]): Partial<Record<RepairCause, number>> => {
  const counts: Partial<Record<RepairCause, number>> = {};
  for (const {cause, rows} of told) counts[cause] = (counts[cause] ?? 0) + rows;
  return counts;
};
