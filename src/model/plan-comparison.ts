/** Which statements would be carried out worse on the target than on the source. Pure: of the plans that both servers told. */
import type {Index, PlanFigures, PlanShape, Scan} from './plan-shape.ts';
import type {StatementTime} from './statement-times.ts';

/** Why a plan counts as worse. */
export type PlanRegression =
  /** The source uses it; the target has none of that name, and none that is made of the same. */
  | {readonly kind: 'index-missing'; readonly table: string; readonly index: string; readonly of: string}
  /** The source reads it by the index, the target from end to end. */
  | {readonly kind: 'sequential-scan'; readonly table: string; readonly index: string}
  /** Rows that each expects of it, where the target's plan costs more: one of the two has no good statistics. */
  | {readonly kind: 'estimate'; readonly table: string; readonly source: number; readonly target: number}
  /** None of the others explains it. */
  | {readonly kind: 'cost'; readonly factor: number};

export type WorsePlan = Pick<StatementTime, 'fingerprint' | 'text'> & {
  readonly source: PlanFigures;
  readonly target: PlanFigures;
  /** One at least; a table of many parts has many, and not all of them are listed. */
  readonly found: readonly PlanRegression[];
};

/** Of the statements that took the most time on the source; or why none could be compared. */
export type PlanComparison =
  | {
      /** Statements of which both servers told a plan. */
      readonly compared: number;
      readonly worse: readonly WorsePlan[];
      /** Those of which one did not: how many, for each reason. */
      readonly unknown: readonly {readonly reason: string; readonly statements: number}[];
    }
  | {readonly notCompared: string};

export type PlannedStatement = StatementTime & ({readonly source: PlanShape; readonly target: PlanShape} | {readonly reason: string});

/** Costs are estimates in units of the server's settings, so small differences say nothing. */
const COSTLIER = {factor: 2, least: 50};
const MUCH_COSTLIER = {factor: 5, least: 1000};
const OTHER_ESTIMATE = {factor: 10, least: 1000};
const FOUND_MAX = 5;

export function comparePlansOf(statements: readonly PlannedStatement[]): PlanComparison {
  const pairs = statements.flatMap((one) => ('reason' in one ? [] : [one]));
  const unknown = counted(statements.flatMap((one) => ('reason' in one ? [one.reason] : [])));
  if (!pairs.length)
    return {
      notCompared: unknown[0]
        ? `none of ${statements.length} statements has a plan on both sides; ${unknown[0].statements} of them: ${unknown[0].reason}`
        : 'the source has recorded no statement',
    };
  const worse = pairs.flatMap((one) => {
    const found = regressionsOf(one.source, one.target);
    return found.length > 0 ? [{...one, found: found.slice(0, FOUND_MAX)}] : [];
  });
  return {
    compared: pairs.length,
    worse: worse.toSorted((a, b) => addedCost(b) - addedCost(a)).map(told),
    unknown,
  };
}

const addedCost = ({calls, source, target}: StatementTime & {readonly source: PlanFigures; readonly target: PlanFigures}): number =>
  (target.cost - source.cost) * calls;

const told = ({fingerprint, text, source, target, found}: WorsePlan): WorsePlan => ({
  ...{fingerprint, text, found},
  source: figures(source),
  target: figures(target),
});

/** A table of many parts has a step for each: `Seq Scan × 1000`. */
const figures = ({nodes, rows, cost}: PlanFigures): PlanFigures => ({
  nodes: [...Map.groupBy(nodes, (node) => node)].map(([node, all]) => (all.length > 1 ? `${node} × ${all.length}` : node)),
  rows,
  cost,
});

const counted = (reasons: readonly string[]) =>
  [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, all]) => ({reason, statements: all.length}))
    .toSorted((a, b) => b.statements - a.statements);

function regressionsOf(source: PlanShape, target: PlanShape): readonly PlanRegression[] {
  const named = [...tablesOf(source)].flatMap((table) => ofTable(table, source, target));
  if (named.length > 0) return named;
  const factor = Math.round((target.cost / Math.max(source.cost, 1)) * 10) / 10;
  return isMore(target.cost, source.cost, MUCH_COSTLIER) ? [{kind: 'cost', factor}] : [];
}

const tablesOf = ({scans}: PlanShape): ReadonlySet<string> => new Set(scans.map(({table}) => table));

function ofTable(table: string, source: PlanShape, target: PlanShape): readonly PlanRegression[] {
  const [here, there] = [scansOf(table, source), scansOf(table, target)];
  if (there.length === 0) return [];
  const isWhole = there.some(({by}) => by.length === 0) && here.every(({by}) => by.length > 0);
  const isCostlier = isMore(target.cost, source.cost, COSTLIER);
  const used = [...new Set(here.flatMap(({by}) => by))];
  const missing = used.flatMap((name) => missingIn(target.indexes[table] ?? [], table, indexOf(name, source.indexes[table] ?? [])));
  if (missing.length > 0 && (isWhole || isCostlier)) return missing;
  if (isWhole && isCostlier) return [{kind: 'sequential-scan', table, index: used.join(', ')}];
  const rows = {source: rowsOf(here), target: rowsOf(there)};
  const isOther = isMore(rows.target, rows.source, OTHER_ESTIMATE) || isMore(rows.source, rows.target, OTHER_ESTIMATE);
  return isOther && isCostlier ? [{kind: 'estimate', table, ...rows}] : [];
}

const scansOf = (table: string, {scans}: PlanShape): readonly Scan[] => scans.filter((one) => one.table === table);

const rowsOf = (scans: readonly Scan[]): number => scans.reduce((sum, {rows}) => sum + rows, 0);

const isMore = (more: number, less: number, {factor, least}: typeof COSTLIER): boolean => more >= less * factor && more - less >= least;

const indexOf = (name: string, indexes: readonly Index[]): Index => indexes.find((one) => one.name === name) ?? {name, of: ''};

/** Servers of two versions may write the same index differently, so one of the same name is taken for it. */
const missingIn = (there: readonly Index[], table: string, {name, of}: Index): readonly PlanRegression[] =>
  there.some((one) => one.name === name || one.of === of) ? [] : [{kind: 'index-missing', table, index: name, of}];

/** In one line, for people. */
export const plansWords = (plans: PlanComparison): string =>
  'notCompared' in plans
    ? `their plans could not be compared: ${plans.notCompared}`
    : `${plans.worse.length} of ${plans.compared} statements have a worse plan on the target than on the source`;

export const regressionWords = (one: PlanRegression): string => {
  switch (one.kind) {
    case 'index-missing':
      return `${one.table}: the source uses the index ${one.index}, which the target does not have${one.of ? `: ${one.of}` : ''}`;
    case 'sequential-scan':
      return `${one.table}: the source uses the index ${one.index}, the target reads it from end to end`;
    case 'estimate':
      return `${one.table}: the source expects ${one.source} rows of it, the target ${one.target}: are its statistics there?`;
    case 'cost':
      return `the target expects ${one.factor} times the work`;
  }
};

/** Costs are in the server's own units. */
export const figureWords = ({nodes, rows, cost}: PlanFigures): string => `${nodes.join(', ')}; cost ${cost}, ${rows} rows`;
