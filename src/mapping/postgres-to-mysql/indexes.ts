/** Indexes but for the primary key. */
import type {PostgresIndex} from '../../model/postgres-schema.ts';
import {nameOf} from '../../model/table.ts';
import {type ConvertedTable, keyBytes, scopeOf} from './converted-table.ts';
import {backticked} from './names.ts';
import {translated} from './translate.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {refusal, warning} from '../conversion-finding.ts';

export const indexScript = (table: ConvertedTable): {readonly statements: ConvertedStatement[]; readonly findings: ConversionFinding[]} => {
  const made = table.table.indexes.filter(({isPrimary}) => !isPrimary).map((index) => indexStatement(table, index));
  return {statements: made.flatMap(({statement}) => statement ?? []), findings: made.flatMap(({findings}) => findings)};
};

/** Why the primary key cannot be made; undefined: it can. */
export const keyProblem = (table: ConvertedTable, index: PostgresIndex): string | undefined => {
  const folded = table.columns.find(({column}) => column.folds && index.parts.some((part) => part.column === column.name));
  if (folded) return `the collation of ${folded.column.name} takes texts for equal that differ, and none there takes the same ones`;
  const sizes = index.parts.map((part) => bytesOf(table, part.column));
  if (sizes.includes(undefined)) return `a text or bytes without a length are in it: declare varchar(n) or varbinary(n), ${TEXT_MAX}`;
  const bytes = sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return bytes > KEY_BYTES_MAX
    ? `its values could have ${bytes} bytes, and ${KEY_BYTES_MAX} is the most: declare a shorter varchar`
    : undefined;
};

const KEY_BYTES_MAX = 3072;
const TEXT_MAX = 'n is 768 at the most';

type Made = {readonly statement?: ConvertedStatement; readonly findings: readonly ConversionFinding[]};

const METHODS = ['btree', 'hash'];

const indexStatement = (table: ConvertedTable, index: PostgresIndex): Made => {
  const object = `index ${nameOf(table.table.name)}.${index.name}`;
  const left = (reason: string, next = 'add one by hand if it is wanted'): Made => ({
    findings: [warning(object, index.text, reason, next)],
  });
  const refused = (reason: string): Made => ({findings: [refusal(object, index.text, `is not converted: ${reason}`)]});
  if (!METHODS.includes(index.method)) return left(`an index of the kind ${index.method} has no equal there`);
  if (index.predicate !== null)
    return index.isUnique ? refused('it is unique for some rows only') : left('it is of some rows only, which there is no index for');
  if (index.nullsAreOne) return refused('NULL is there once at most, and any number of times there');
  const problem = index.isUnique ? keyProblem(table, index) : undefined;
  if (problem !== undefined) return refused(problem);
  const parts = index.parts.map((part) => partSql(table, part, index.parts.length));
  const reason = parts.flatMap((part) => ('refused' in part ? part.refused : []))[0];
  if (reason !== undefined) return index.isUnique ? refused(reason) : left(`is not converted: ${reason}`);
  const columns = parts.flatMap((part) => ('sql' in part ? part.sql : [])).join(', ');
  const sql = `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${backticked(index.name)} ON ${table.sql} (${columns})`;
  return {statement: {object, sql}, findings: remarks(table, index, object, parts)};
};

type Part = {readonly sql: string; readonly isCut?: true} | {readonly refused: string};

const remarks = (table: ConvertedTable, index: PostgresIndex, object: string, parts: readonly Part[]): ConversionFinding[] => {
  const said = (reason: string, next: string): ConversionFinding => warning(object, index.text, reason, next);
  return [
    ...(index.carried.length
      ? [said(`it does not carry ${index.carried.join(', ')}`, 'add these to its columns if queries want them')]
      : []),
    ...(index.isDeferrable
      ? [said('it is checked at each row, and at the end here', 'let the application write in an order that fits')]
      : []),
    ...(parts.some((part) => 'isCut' in part)
      ? [said('it has the first signs only', 'declare a varchar of a length that an index holds')]
      : []),
    ...(table.columns.some(({column}) => column.folds && index.parts.some((part) => part.column === column.name))
      ? [said('its collation takes texts for equal that differ, and this one does not', 'give the column a collation there')]
      : []),
  ];
};

const partSql = (table: ConvertedTable, {column, expression, isDescending}: PostgresIndex['parts'][number], parts: number): Part => {
  const end = isDescending ? ' DESC' : '';
  if (column === null) {
    if (table.flavour === 'mariadb') return {refused: 'MariaDB has no indexes of expressions'};
    const made = translated(expression ?? '', scopeOf(table));
    return 'refused' in made ? made : {sql: `((${made.translated.sql}))${end}`};
  }
  const found = table.columns.find((one) => one.column.name === column);
  if (!found) return {refused: `its column ${column} is not moved`};
  if (found.choice.type === 'json') return {refused: `${column} is JSON, which no index orders`};
  const most = Math.floor(KEY_BYTES_MAX / parts);
  const bytes = keyBytes(found.choice);
  if (bytes !== undefined && bytes <= most) return {sql: `${backticked(column)}${end}`};
  const isBytes = /blob|binary/.test(found.choice.type);
  return {sql: `${backticked(column)}(${isBytes ? most : Math.floor(most / 4)})${end}`, isCut: true};
};

const bytesOf = (table: ConvertedTable, name: string | null): number | undefined => {
  const found = table.columns.find(({column}) => column.name === name);
  return name === null || !found ? 0 : keyBytes(found.choice);
};
