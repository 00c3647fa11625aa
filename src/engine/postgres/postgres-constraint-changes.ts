/**
 * Rules for rows, as statements. Each is added for new rows first, which reads nothing, and then validated under a lock
 * that lets others read and write. Nothing of it is there before contract, so no version of the application is refused.
 */
import type {ForeignKey, Planned} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {ONLY_NOTED, type Objection, type OwnChange} from './postgres-change.ts';
import {expression, filledTable} from './postgres-in-step.ts';
import {dropNotNullCheck, proveNotNull, setNotNull} from './postgres-not-null.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';

export const setNotNullChange = ({table, column}: Planned<'set-not-null'>, migration: MigrationRef): OwnChange => {
  const proof = {table, columns: [column]};
  const unprove = {doing: 'checking', sql: [dropNotNullCheck(migration, proof)]};
  const name = quoteName(column);
  return {
    start: ONLY_NOTED,
    sync: [],
    count: countRows(table, `${name} IS NULL`),
    prove: proveNotNull(migration, proof),
    unprove,
    complete: [`ALTER TABLE ${quoteTable(table)} ${setNotNull(migration, column).join(', ')}`],
    old: [],
    undo: [unprove],
    objections: [
      {
        ask: {
          text: `SELECT attname AS what FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2 AND attnotnull`,
          values: [quoteTable(table), column],
        },
        reason: 'is NOT NULL already',
        next: 'leave the operation out',
      },
    ],
    trial: [{text: `ALTER TABLE pg_temp.crossfade_shape ALTER COLUMN ${name} SET NOT NULL`}],
  };
};

export const addCheckChange = ({table, name, check}: Planned<'add-check'>): OwnChange => {
  const rule = `CHECK ${expression(check)}`;
  return {
    ...constraintChange(table, name, `${rule} NOT VALID`),
    count: countRows(table, `NOT ${expression(check)}`),
    objections: [constraintIsThere(table, name)],
    trial: [
      {
        text: `EXPLAIN SELECT ${expression(check)}::boolean FROM pg_temp.crossfade_shape AS ${quoteName(table.name)} WHERE $1::text IS NOT NULL`,
        values: ['one'],
      },
      {text: `ALTER TABLE pg_temp.crossfade_shape ADD CONSTRAINT ${quoteName(name)} ${rule}`},
    ],
  };
};

export const addForeignKeyChange = (key: ForeignKey): OwnChange => {
  const {table, name, columns, references, onDelete} = key;
  const acts = onDelete === undefined ? '' : ` ON DELETE ${onDelete.toUpperCase()}`;
  const leadsTo = (to: string): string => `${leadsFromTo(columns, to, references.columns)}${acts}`;
  return {
    ...constraintChange(table, name, `${leadsTo(quoteTable(references.table))} NOT VALID`),
    count: countLost(key),
    objections: [
      constraintIsThere(table, name),
      {
        ask: {text: `SELECT relname AS what FROM pg_class WHERE oid = $1::regclass AND relkind = 'p'`, values: [quoteTable(table)]},
        reason: 'is on a partitioned table, whose foreign keys cannot be validated afterwards',
        next: 'add it to the partitions one by one',
      },
    ],
    trial: [
      {text: `CREATE TEMP TABLE crossfade_referenced (LIKE ${quoteTable(references.table)} INCLUDING INDEXES) ON COMMIT DROP`},
      {text: `ALTER TABLE pg_temp.crossfade_shape ADD CONSTRAINT ${quoteName(name)} ${leadsTo('pg_temp.crossfade_referenced')}`},
    ],
  };
};

export const leadsFromTo = (columns: readonly string[], to: string, their: readonly string[]): string => {
  const list = (names: readonly string[]): string => names.map(quoteName).join(', ');
  return `FOREIGN KEY (${list(columns)}) REFERENCES ${to} (${list(their)})`;
};

/** Rows that lead nowhere. */
export const countLost = ({table, columns, references}: Omit<ForeignKey, 'name'>): string => {
  const own = (one: string): string => `${quoteName(table.name)}.${quoteName(one)}`;
  const isWhole = columns.map((one) => `${own(one)} IS NOT NULL`).join(' AND ');
  const meets = columns.map((one, i) => `crossfade_to.${quoteName(references.columns[i] ?? '')} = ${own(one)}`).join(' AND ');
  return countRows(table, `${isWhole} AND NOT EXISTS (SELECT FROM ${quoteTable(references.table)} AS crossfade_to WHERE ${meets})`);
};

const constraintChange = (
  table: TableName,
  name: string,
  rule: string,
): Pick<OwnChange, 'start' | 'sync' | 'prove' | 'unprove' | 'complete' | 'old' | 'undo'> => {
  const altered = `ALTER TABLE ${quoteTable(table)}`;
  const drop = `${altered} DROP CONSTRAINT IF EXISTS ${quoteName(name)}`;
  const unprove = {doing: 'removing', sql: [drop]};
  return {
    start: ONLY_NOTED,
    sync: [],
    prove: [
      {doing: 'adding', sql: [{sql: `${altered} ADD CONSTRAINT ${quoteName(name)} ${rule}`, undo: drop}]},
      {doing: 'validating', sql: [`${altered} VALIDATE CONSTRAINT ${quoteName(name)}`]},
    ],
    unprove,
    complete: [],
    old: [],
    undo: [unprove],
  };
};

const countRows = (table: TableName, lacks: string): string =>
  `SELECT count(*)::text AS rows, (count(*) FILTER (WHERE ${lacks}))::text AS unfilled FROM ${filledTable({table})}`;

const constraintIsThere = (table: TableName, name: string): Objection => ({
  ask: {
    text: `SELECT conname AS what FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2`,
    values: [quoteTable(table), name],
  },
  reason: 'is there already',
  next: 'take another name, or leave the operation out',
});
