/**
 * Partitions of a table as PostgreSQL has them, so that it can be pruned and emptied in the same parts. Rows of RANGE and LIST lie in
 * the same parts on both sides; of HASH and KEY only the number of parts is kept, because the two servers hash differently. Where
 * PostgreSQL cannot say the same (a key there is over columns and never over expressions) the table is one, with the reason.
 */
import type {MysqlPartitioning} from '../../model/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import {warning} from '../conversion-finding.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {NotUnderstood} from '../token-reader.ts';
import type {ConvertedColumn, ConvertedTable} from './converted-table.ts';
import {isGenerated} from './defaults.ts';
import {madeName, qualified, quoted} from './names.ts';
import {type BoundRule, boundRule, boundValues, partitionKey} from './partition-bounds.ts';

export type Partitions = {
  /** Behind CREATE TABLE (…); empty where the table is one. */
  readonly by: string;
  readonly statements: readonly ConvertedStatement[];
  readonly findings: readonly ConversionFinding[];
};

/** Throws nothing: what is not understood leaves the table whole. */
export const partitionsOf = (table: ConvertedTable): Partitions => {
  const {partitioning} = table.table;
  if (!partitioning) return {by: '', statements: [], findings: []};
  try {
    const {by, parts, findings = []} = partitioned(table, partitioning);
    const sub = partitioning.subMethod === null ? [] : [unsplit(table, partitioning.subMethod)];
    return {by: ` PARTITION BY ${by}`, statements: parts.map((part) => statement(table, part)), findings: [...findings, ...sub]};
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return {by: '', statements: [], findings: [whole(table, partitioning, error.message)]};
  }
};

type Part = {readonly name: string; readonly bound: string};
type Parts = {readonly by: string; readonly parts: readonly Part[]; readonly findings?: readonly ConversionFinding[]};

const partitioned = (table: ConvertedTable, partitioning: MysqlPartitioning): Parts => {
  const kind = /^(?:LINEAR )?(RANGE|LIST|HASH|KEY)\b/.exec(partitioning.method)?.[1];
  if (kind === undefined) throw new NotUnderstood(`${partitioning.method} has no equal`);
  const key = partitionKey(table, partitioning.expression);
  if (key.length === 0) throw new NotUnderstood('its parts are made of a key that is not the primary one');
  const columns = key.map(({column}) => quoted(column.column.name)).join(', ');
  for (const {column} of key) if (isGenerated(column.column)) throw new NotUnderstood('a generated column can be in no partition key');
  if (kind === 'HASH' || kind === 'KEY') return hashed(partitioning, columns, key);
  const rules = key.map((part) => boundRule(part, kind === 'RANGE'));
  return kind === 'RANGE' ? ranged(table, partitioning, columns, key, rules) : listed(partitioning, columns, rules);
};

type Key = ReturnType<typeof partitionKey>;

const hashed = ({partitions}: MysqlPartitioning, columns: string, key: Key): Parts => {
  if (key.some(({of}) => of !== undefined)) throw new NotUnderstood('its parts are made of an expression');
  if (key.some(({column}) => column.fold)) throw new NotUnderstood('its parts are made of texts whose case or accents do not count');
  const bound = (i: number): string => `FOR VALUES WITH (MODULUS ${partitions.length}, REMAINDER ${i})`;
  return {by: `HASH (${columns})`, parts: partitions.map(({name}, i) => ({name, bound: bound(i)}))};
};

/** MySQL has NULL below all values, PostgreSQL in no range: there it is what the default partition is for. */
const ranged = (table: ConvertedTable, {partitions}: MysqlPartitioning, columns: string, key: Key, rules: readonly BoundRule[]): Parts => {
  const ends = partitions.map(({description}) => tuple(description, rules));
  const start = `(${rules.map(() => 'MINVALUE').join(', ')})`;
  const parts = partitions.map(({name}, i) => ({name, bound: `FOR VALUES FROM ${ends[i - 1] ?? start} TO ${ends[i]}`}));
  const nullable = key.filter(({column}) => column.column.isNullable || column.zero !== undefined);
  if (!nullable.length) return {by: `RANGE (${columns})`, parts};
  const isOpen = ends.at(-1)?.startsWith('(MAXVALUE') !== true;
  return {
    by: `RANGE (${columns})`,
    parts: [...parts, {name: 'null', bound: 'DEFAULT'}],
    findings: isOpen
      ? [
          beyond(
            table,
            nullable.map(({column}) => column),
          ),
        ]
      : [],
  };
};

const tuple = (description: string | null, rules: readonly BoundRule[]): string => {
  const values = boundValues(description ?? '', rules);
  if (values.length !== rules.length) throw new NotUnderstood(`the bound ${description}`);
  return `(${values.join(', ')})`;
};

const listed = ({partitions}: MysqlPartitioning, columns: string, rules: readonly BoundRule[]): Parts => {
  const [rule] = rules;
  if (!rule || rules.length > 1) throw new NotUnderstood('PostgreSQL has lists of one column only');
  const bound = (description: string | null): string => {
    const values = boundValues(description ?? '', rules, true);
    return values.length === 1 && values[0] === 'DEFAULT' ? 'DEFAULT' : `FOR VALUES IN (${values.join(', ')})`;
  };
  return {by: `LIST (${columns})`, parts: partitions.map(({name, description}) => ({name, bound: bound(description)}))};
};

const statement = ({table, schema, name, sql}: ConvertedTable, part: Part): ConvertedStatement => ({
  object: `partition ${part.name} of ${nameOf(table.name)}`,
  sql: `CREATE TABLE ${qualified(schema, madeName(name, part.name))} PARTITION OF ${sql} ${part.bound}`,
});

const whole = ({table}: ConvertedTable, {method, expression, partitions}: MysqlPartitioning, reason: string): ConversionFinding =>
  warning(
    nameOf(table.name),
    `PARTITION BY ${method} (${expression})`,
    `its ${partitions.length} partitions become one table: ${reason}`,
    'make the table with its partitions by a schema file where they are wanted',
  );

const unsplit = ({table}: ConvertedTable, method: string): ConversionFinding =>
  warning(
    nameOf(table.name),
    `SUBPARTITION BY ${method}`,
    'its subpartitions are not made, its partitions are',
    'make the table with its subpartitions by a schema file where they are wanted',
  );

const beyond = ({table}: ConvertedTable, columns: readonly ConvertedColumn[]): ConversionFinding =>
  warning(
    nameOf(table.name),
    columns.map(({column}) => column.name).join(', '),
    'the partition for NULL also takes what lies beyond the last bound, and the way back ends at such a row',
    'keep such values out until there is no way back, or add a partition VALUES LESS THAN MAXVALUE on the source',
  );
