/**
 * What a schema becomes on another engine, column by column, with the rows that each choice would lose: asked by `assess`
 * on the command line. Counting reads every table that could lose something once.
 */
import type {Convertible, Database, Finding} from '../engine/engine.ts';
import type {ConvertedScript, FoldedKey, MappedType, MigrationMapping} from '../mapping/mapping.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {Plan} from '../plan/plan.ts';

export type ConversionReport = {
  readonly types: readonly (Omit<MappedType, 'table' | 'losses'> & {readonly table: string; readonly losses: readonly CountedLoss[]})[];
  /** Objects that are not converted, or not as they were: each with its own text and what to do. */
  readonly left: ConvertedScript['findings'];
  readonly findings: readonly Finding[];
};

/** `rows` is null where no SQL can tell, or nobody counted. */
type CountedLoss = {readonly what: string; readonly becomes: string; readonly rows: string | null};

type Asked = {
  readonly source: Pick<Database, 'convertible'>;
  readonly plan: Pick<Plan, 'reverse'>;
  readonly tables: readonly Table[];
  readonly mapping: Pick<MigrationMapping, 'converted'>;
};

/** Undefined where both sides speak one language. */
export const conversionReport = async (
  {source, plan, tables, mapping}: Asked,
  isCounted: boolean,
): Promise<ConversionReport | undefined> => {
  const {convertible} = source;
  if (!convertible || !mapping.converted) return undefined;
  const {types, foldedKeys, findings} = mapping.converted(await convertible.read(tables));
  const counted = isCounted ? await countedLosses(convertible, types) : new Map<MappedType, readonly CountedLoss[]>();
  return {
    types: types.map((type) => ({...type, table: nameOf(type.table), losses: counted.get(type) ?? type.losses.map(uncounted)})),
    left: findings,
    findings: [
      ...types.flatMap((type) => (counted.get(type) ?? []).flatMap((loss) => lossFinding(plan, type, loss))),
      ...(isCounted ? await collisionFindings(convertible, foldedKeys) : []),
    ],
  };
};

const uncounted = ({what, becomes}: MappedType['losses'][number]): CountedLoss => ({what, becomes, rows: null});

/** One statement for each table. */
const countedLosses = async (convertible: Convertible, types: readonly MappedType[]): Promise<Map<MappedType, readonly CountedLoss[]>> => {
  const counted = new Map<MappedType, readonly CountedLoss[]>();
  for (const columns of Map.groupBy(types, ({table}) => nameOf(table)).values()) {
    const conditions = columns.flatMap(({losses}) => losses.flatMap(({where}) => where ?? []));
    const [first] = columns;
    const counts = first && conditions.length ? [...(await convertible.count(first.table, conditions))] : [];
    for (const column of columns)
      counted.set(
        column,
        column.losses.map((loss) => ({...uncounted(loss), rows: loss.where === undefined ? null : String(counts.shift() ?? 0n)})),
      );
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
