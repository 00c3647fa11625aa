/** Tables of values of every type, filled through SQL alone, and how two sides are compared without the product's help. */
import {createHash} from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import type {TestSide} from '../support/databases.ts';
import {type TypedValues, typedValues, typeSetUp} from './type-values.ts';

export type Column = TypedValues & {readonly name: string; readonly sample: readonly string[]};
export type ValueTable = {readonly name: string; readonly columns: readonly Column[]};

/** As many values of each type; NULL where a row's turn comes. */
export const sampled = (count: number, seed: number): readonly Column[] =>
  typedValues.map((typed, i) => ({...typed, name: `c${i}`, sample: fc.sample(typed.values, {numRuns: count, seed: seed + i})}));

/** Types that both servers read alike go in binary, the same again as text, and all others apart; alone those that are sent in binary and not read, or not even sent. */
export const valueTables = (columns: readonly Column[]): readonly ValueTable[] => {
  const builtIn = columns.filter((column) => column.isBuiltIn);
  return [
    {name: 'built_in', columns: builtIn},
    {name: 'built_in_as_text', columns: builtIn},
    {name: 'custom', columns: columns.filter((column) => !column.isBuiltIn)},
    {name: 'vectors', columns: columns.filter(({type}) => /^(int2|oid)vector/.test(type))},
    {name: 'rights', columns: columns.filter(({type}) => type.startsWith('aclitem'))},
  ];
};

export const createValueTables = (tables: readonly ValueTable[]): readonly string[] => [
  ...typeSetUp,
  ...tables.map(
    ({name, columns}) => `CREATE TABLE ${name} (id bigint PRIMARY KEY, ${columns.map((one) => `${one.name} ${one.type}`).join(', ')})`,
  ),
];

const literal = (value: string): string => pg.escapeLiteral(value);
const cell = (column: Column, n: number): string =>
  n % 11 === 10 ? 'NULL' : `${literal(column.sample[n % column.sample.length] ?? '')}::${column.type}`;

/** Row `id` has each type's value number `n`, or NULL. */
export const insertValues = ({name, columns}: ValueTable, id: number, n: number): string =>
  `INSERT INTO ${name} VALUES (${[String(id), ...columns.map((column, i) => cell(column, n + i))].join(', ')})`;

export const updateValues = ({name, columns}: ValueTable, id: number, n: number, newId?: number): string =>
  `UPDATE ${name} SET ${[...(newId === undefined ? [] : [`id = ${newId}`]), ...columns.map((column, i) => `${column.name} = ${cell(column, n + i)}`)].join(', ')} WHERE id = ${id}`;

/**
 * Every cell as its type writes it, and of built-in types the bytes as well. One hash a row, so that a difference is
 * small to print: `differences` says the rest.
 */
export const readValues = async (side: TestSide, {name, columns}: ValueTable): Promise<ReadonlyMap<string, string>> => {
  const bytes = columns.every((column) => column.isBuiltIn)
    ? `record_send(ROW(${columns.map((one) => one.name).join(', ')}))`
    : `''::bytea`;
  const rows = await side.rows(`SELECT *, ${bytes} AS bytes FROM ${name}`);
  return new Map(rows.map((row) => [row[0] ?? '', createHash('sha256').update(JSON.stringify(row)).digest('hex')]));
};

/** The cells of one row that differ, with their types. */
export const differences = async (one: TestSide, other: TestSide, {name, columns}: ValueTable, id: string): Promise<readonly string[]> => {
  const row = async (side: TestSide) => (await side.rows(`SELECT * FROM ${name} WHERE id = ${id}`))[0] ?? [];
  const [a, b] = [await row(one), await row(other)];
  return columns.flatMap(({type}, i) => (a[i + 1] === b[i + 1] ? [] : [`${name} ${id}, ${type}: ${a[i + 1]} became ${b[i + 1]}`]));
};
