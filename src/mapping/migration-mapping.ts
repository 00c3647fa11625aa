/** The mapping of all tables of a plan. Made once per run by whoever composes it. */
import {TerminalError} from '../model/errors.ts';
import type {ColumnRule, MappingRules, TableRule} from '../model/mapping-rules.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {Functions} from './column-mappings.ts';
import {ANY_TYPE, type DeclaredTypes, type EnginePair} from './engine-pair.ts';
import type {ColumnMapping, MappingFinding, MigrationMapping, TableMapping} from './mapping.ts';
import {postgresToPostgres} from './postgres-to-postgres/pair.ts';
import {tableColumns} from './table-columns.ts';
import {sourceProblems, targetProblems} from './table-fit.ts';
import {forwardMapping, reverseMapping} from './table-mapping.ts';
import {tableReshape} from './table-reshape.ts';
import {type Limit, losses, stops} from './way-back.ts';

export const migrationMapping = (rules: MappingRules, functions: Functions, pair: EnginePair = postgresToPostgres): MigrationMapping => {
  const rulesByName = new Map(rules.tables.map((rule) => [nameOf(rule.from), rule]));
  const ruleOf = ({name}: Table): TableRule | undefined => rulesByName.get(nameOf(name));
  const {targetName: rename, converted} = pair;
  const usual = (table: TableName): TableName => (rename ? {schema: rename(table.schema), name: rename(table.name)} : table);
  const targetName = (table: TableName): TableName => {
    const to = rulesByName.get(nameOf(table))?.to ?? table;
    return nameOf(to) === nameOf(table) ? usual(table) : to;
  };
  const columnsOf = (source: Table): readonly ColumnMapping[] => tableColumns(pair, source, ruleOf(source), functions);
  const targetOf = (targets: readonly Table[]): ((source: Table) => Table | undefined) => {
    const byName = new Map(targets.map((table) => [nameOf(table.name), table]));
    return (source) => byName.get(nameOf(targetName(source.name)));
  };
  return {
    targetName,
    sourceTables: (tables) => tables.map((table) => filtered(table, ruleOf(table))),
    findings: (sources, targets) => {
      const target = targetOf(targets);
      const {allowLoss} = rules;
      return [
        ...nameFindings(rules, sources, targetName),
        ...sources.flatMap((source) =>
          tableFindings({pair, source, target: target(source), rule: ruleOf(source), columns: columnsOf(source), allowLoss}),
        ),
      ];
    },
    reshapes: (sources) => sources.flatMap((source) => tableReshape(source, targetName(source.name), columnsOf(source)) ?? []),
    ...(converted ? {converted: (schema) => converted(schema, declaredTypes(rules))} : {}),
    tables: (sources, targets, direction) => {
      const known = targetOf(targets);
      return sources.map((source): TableMapping => {
        const target = known(source) ?? missing(targetName(source.name));
        const mustReturn = !rules.allowLoss;
        return direction === 'forward'
          ? forwardMapping(source, target, columnsOf(source), mustReturn)
          : reverseMapping(target, source, columnsOf(source), mustReturn);
      });
    },
  };
};

const declaredTypes = ({tables}: MappingRules): DeclaredTypes => {
  const types = new Map(
    tables.flatMap(({from, columns}) =>
      columns.flatMap((rule) => declaredBy(rule).map(([column, type]) => [`${nameOf(from)}.${column}`, type] as const)),
    ),
  );
  return (table, column) => types.get(`${nameOf(table)}.${column}`);
};

const declaredBy = (rule: ColumnRule): readonly (readonly [column: string, type: string])[] => {
  switch (rule.kind) {
    case 'rename':
      return rule.type === undefined ? [] : [[rule.column, rule.type]];
    case 'drop':
    case 'split':
    case 'transform':
      return [[rule.column, ANY_TYPE]];
    case 'merge':
      return rule.from.map((column) => [column, ANY_TYPE]);
    case 'constant':
      return [];
  }
};

const filtered = (table: Table, rule: TableRule | undefined): Table => (rule?.where ? {...table, only: rule.where} : table);

const missing = (name: TableName): never => {
  throw new TerminalError(`the target has no table ${nameOf(name)}`, {
    code: 'CF-MAP-001',
    next: 'create it, or correct the mapping in the plan',
  });
};

type Fit = {
  readonly pair: EnginePair;
  readonly source: Table;
  readonly target: Table | undefined;
  readonly rule: TableRule | undefined;
  readonly columns: readonly ColumnMapping[];
  readonly allowLoss: boolean;
};

const tableFindings = ({pair, source, target, rule, columns, allowLoss}: Fit): MappingFinding[] => {
  const problems = [...sourceProblems(pair, source, rule, columns), ...(target ? targetProblems(pair, source, target, columns) : [])];
  if (problems.length) return problems.map(misfit(nameOf(source.name)));
  return [
    ...losses(pair, source, target, columns).map((limit) =>
      wayBack(limit, allowLoss ? 'warn' : 'refuse', 'set reverse.allowLoss: true in the plan if that may be lost'),
    ),
    ...stops(pair, source, target, columns).map((limit) =>
      wayBack(limit, 'warn', 'keep such values out until there is no way back, or set reverse.misfits: park in the plan'),
    ),
  ];
};

const misfit =
  (object: string) =>
  (reason: string): MappingFinding => ({
    severity: 'refuse',
    code: 'CF-MAP-001',
    object,
    reason,
    next: 'correct the mapping in the plan, or the schema of the target',
  });

const wayBack = ({object, reason}: Limit, severity: 'refuse' | 'warn', next: string): MappingFinding => ({
  severity,
  code: 'CF-MAP-002',
  object,
  reason,
  next,
});

const nameFindings = (rules: MappingRules, sources: readonly Table[], targetName: (table: TableName) => TableName): MappingFinding[] => {
  const inScope = new Set(sources.map(({name}) => nameOf(name)));
  const targets = sources.map(({name}) => nameOf(targetName(name)));
  const met = new Set<string>();
  return [
    ...rules.tables
      .filter(({from}) => !inScope.has(nameOf(from)))
      .map(({from}) => misfit(nameOf(from))('is mapped, and is not a table of the scope')),
    ...targets
      .filter((name) => met.size === met.add(name).size)
      .map((name) => misfit(name)('is what two tables of the source would become')),
  ];
};
