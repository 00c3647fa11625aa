/** Whether the columns of one table fit those it is to become. Each problem is one line for people. */
import type {TableRule} from '../model/mapping-rules.ts';
import type {Condition} from '../model/row-filter.ts';
import {type Column, nameOf, type Table, writtenColumns} from '../model/table.ts';
import type {ColumnMapping} from './mapping.ts';
import type {EnginePair} from './engine-pair.ts';

/** What the plan and the source's catalogue tell; the target may have nothing yet. */
export const sourceProblems = (
  pair: EnginePair,
  source: Table,
  rule: TableRule | undefined,
  columns: readonly ColumnMapping[],
): string[] => [
  ...columns.flatMap(({problem, source: [name]}) => (problem === undefined ? [] : [`${nameOf(source.name)}.${name}: ${problem}`])),
  ...columns.flatMap((mapping) =>
    mapping.source.filter((name) => !find(source, name)).map((name) => `${nameOf(source.name)} has no column ${name} that could be mapped`),
  ),
  ...twice(columns.flatMap((mapping) => mapping.target)).map((name) => `${nameOf(source.name)}: two columns would become ${name}`),
  ...twice(columns.flatMap((mapping) => mapping.source)).map((name) => `${nameOf(source.name)}.${name} is mapped twice`),
  ...source.key
    .filter((name) => !keyOf(columns, name))
    .map((name) => `${nameOf(source.name)}.${name} is part of the key, which can be renamed or widened and nothing else`),
  ...columns
    .filter(({reverse}) => !reverse)
    .flatMap((mapping) => mapping.source.filter((name) => needsValue(find(source, name))))
    .map((name) => `${nameOf(source.name)}.${name} is NOT NULL without a default, so rows written on the target could not come back`),
  ...(rule?.where ?? []).flatMap((condition) => filterProblems(pair, source, condition, columns)),
];

export const targetProblems = (pair: EnginePair, source: Table, target: Table, columns: readonly ColumnMapping[]): string[] => {
  const name = nameOf(target.name);
  const supplied = new Set(columns.flatMap((mapping) => mapping.target));
  const key = source.key.flatMap((one) => keyOf(columns, one)?.target ?? []);
  return [
    ...columns.flatMap((mapping) => mapping.target.filter((one) => !find(target, one)).map((one) => `${name}.${one} is missing`)),
    ...columns.flatMap((mapping) => typeProblems(pair, source, target, mapping)),
    ...writtenColumns(target)
      .filter((one) => !supplied.has(one.name) && needsValue(one))
      .map((one) => `${name}.${one.name} is NOT NULL without a default, and the mapping has no value for it`),
    ...(key.join() === target.key.join()
      ? []
      : [`${name} has the key (${target.key.join(', ')}), and (${key.join(', ')}) is what the source's key becomes`]),
  ];
};

export const find = (table: Table, name: string): Column | undefined => writtenColumns(table).find((column) => column.name === name);

const keyOf = (columns: readonly ColumnMapping[], name: string): ColumnMapping | undefined =>
  columns.find((mapping) => mapping.asKey !== undefined && mapping.source[0] === name);

const needsValue = (column: Column | undefined): boolean => column !== undefined && column.notNull && column.hasDefault !== true;

const twice = (names: readonly string[]): string[] => [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];

const typeProblems = (pair: EnginePair, source: Table, target: Table, column: ColumnMapping): string[] => {
  const {
    source: [from],
    target: [to],
    isPlain,
    isConverted,
    type,
  } = column;
  const [old, now] = [find(source, from ?? ''), find(target, to ?? '')];
  if (!now || (isPlain && !old)) return [];
  const place = `${nameOf(target.name)}.${now.name}`;
  const {isSameType = isEqual} = pair;
  if (type !== undefined && !isSameType(type, now.type))
    return [
      isConverted
        ? `${place} is ${now.type}, and what ${old?.type ?? 'the source'} becomes is ${type}: the plan may declare another type of those that docs/mysql.md names`
        : `${place} is ${now.type}, and the plan says ${type}`,
    ];
  if (!isPlain || !old || isSameType(old.type, now.type)) return [];
  if (pair.wayBackOf(old.type, now.type) === undefined)
    return [`${place} is ${now.type}, and ${old.type} on the source: only a transform can say what that means`];
  return type === undefined
    ? [`${place} is ${now.type}, and ${old.type} on the source: write type: ${now.type} into the mapping if that is wanted`]
    : [];
};

const isEqual = (a: string, b: string): boolean => a === b;

const filterProblems = (pair: EnginePair, source: Table, {column, values}: Condition, columns: readonly ColumnMapping[]): string[] => {
  const place = `${nameOf(source.name)}.${column}`;
  const found = find(source, column);
  if (!found) return [`where: ${nameOf(source.name)} has no column ${column}`];
  const known = pair.comparable.find(({type}) => type.test(found.type));
  if (!known) return [`where: ${place} is ${found.type}; only integers, texts, uuids and dates can be compared`];
  const wrong = values.filter((value) => !known.text.test(value)).map((value) => `where: ${place} never shows as ${value}`);
  const returns = columns.some((mapping) => mapping.source.includes(column) && mapping.reverse);
  return returns ? wrong : [...wrong, `where: ${place} does not come back from the target, so rows there could not be told apart`];
};
