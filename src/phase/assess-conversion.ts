/**
 * What a schema becomes on another engine, column by column, with the rows that each choice would lose: asked by `assess`
 * on the command line. Counting reads every table that could lose something once.
 */
import type {Convertible, Database, Finding} from '../engine/engine.ts';
import type {ConvertedScript, FoldedKey, MappedType, MigrationMapping, TypeLoss} from '../mapping/mapping.ts';
import type {ConvertibleSchema} from '../model/convertible-schema.ts';
import {nameOf} from '../model/table.ts';
import type {Plan} from '../plan/plan.ts';

export type ConversionReport = {
  readonly types: readonly ReportedType[];
  /** Objects that are not converted, or not as they were: each with its own text and what to do. */
  readonly left: ConvertedScript['findings'];
  readonly findings: readonly Finding[];
};

type ReportedType = Omit<MappedType, 'table' | 'losses' | 'otherLosses'> & {
  readonly table: string;
  readonly losses: readonly CountedLoss[];
  /** What the other types that the plan may declare would lose, so that nobody has to try. */
  readonly otherLosses: readonly (CountedLoss & {readonly type: string})[];
};

/** `rows` is null where no SQL can tell, or nobody counted. */
type CountedLoss = {readonly what: string; readonly becomes: string; readonly rows: string | null};

type Asked = {
  readonly source: Pick<Database, 'convertible'>;
  readonly plan: Pick<Plan, 'reverse'>;
  /** Of the source; undefined where no other engine takes it. */
  readonly schema: ConvertibleSchema | undefined;
  readonly mapping: Pick<MigrationMapping, 'converted'>;
};

/** Undefined where both sides speak one language. */
export const conversionReport = async (
  {source, plan, schema, mapping}: Asked,
  isCounted: boolean,
): Promise<ConversionReport | undefined> => {
  const {convertible} = source;
  if (!convertible || !schema || !mapping.converted) return undefined;
  const {types, foldedKeys, findings} = mapping.converted(schema);
  const counted = isCounted ? await countedLosses(convertible, types) : new Map<TypeLoss, string>();
  const toldOf = (loss: TypeLoss): CountedLoss => ({what: loss.what, becomes: loss.becomes, rows: counted.get(loss) ?? null});
  return {
    types: types.map((type) => ({
      ...type,
      table: nameOf(type.table),
      losses: type.losses.map(toldOf),
      otherLosses: type.otherLosses.map((loss) => ({type: loss.type, ...toldOf(loss)})),
    })),
    left: findings,
    findings: [
      ...types.flatMap((type) => type.losses.flatMap((loss) => lossFinding(plan, type, toldOf(loss)))),
      ...(isCounted ? await collisionFindings(convertible, foldedKeys) : []),
    ],
  };
};

/** One statement for each table, over all that any of its columns' types could lose. */
const countedLosses = async (convertible: Convertible, types: readonly MappedType[]): Promise<ReadonlyMap<TypeLoss, string>> => {
  const counted = new Map<TypeLoss, string>();
  for (const [first, ...columns] of Map.groupBy(types, ({table}) => nameOf(table)).values()) {
    if (!first) continue;
    const losses = [first, ...columns].flatMap((type) => [...type.losses, ...type.otherLosses]);
    const asked = losses.flatMap((loss) => (loss.where === undefined ? [] : [{loss, where: loss.where}]));
    const conditions = [...new Set(asked.map(({where}) => where))];
    const counts = conditions.length ? await convertible.count(first.table, conditions) : [];
    for (const {loss, where} of asked) counted.set(loss, String(counts[conditions.indexOf(where)] ?? 0n));
  }
  return counted;
};

const lossFinding = ({reverse}: Asked['plan'], {table, column}: MappedType, {what, becomes, rows}: CountedLoss): Finding[] => {
  if (rows === null || rows === '0') return [];
  const isLost = becomes.startsWith('refused') || !reverse.allowLoss;
  return [
    {
      severity: isLost ? 'refuse' : 'warn',
      code: 'CF-MAP-003',
      object: `${nameOf(table)}.${column}`,
      reason: isLost
        ? `has ${rows} rows with ${what}: the load would stop at the first of them`
        : `has ${rows} rows with ${what}: ${becomes}`,
      next: what.includes('(H-39)') ? `for columns that are NOT NULL conversion.zeroDates: nullable loses nothing; else ${MEND}` : MEND,
    },
  ];
};

const MEND = 'mend the rows, declare another type or a transform in the mapping, or set reverse.allowLoss: true if that may be lost';

const collisionFindings = async (convertible: Convertible, keys: readonly FoldedKey[]): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const {table, index, groupBy} of keys) {
    const twins = await convertible.collisions(table, groupBy);
    if (twins === 0n) continue;
    findings.push({
      severity: 'refuse',
      code: 'CF-SCOPE-004',
      object: `index ${nameOf(table)}.${index}`,
      reason: `holds ${twins} values more than once by the rules of Unicode, which its collation on the target follows (H-49)`,
      next: 'change one of each on the source, or give the column another collation there',
    });
  }
  return findings;
};
