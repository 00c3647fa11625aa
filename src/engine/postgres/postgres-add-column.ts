/** A new column beside the old ones, as statements. */
import type {NewColumn} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import type {OwnChange, Transaction} from './postgres-change.ts';
import {createInStep, dropInStep, expression, filledTable} from './postgres-in-step.ts';
import {addToShape, backfillTrial, columnTrial, newColumnLook, newColumnObjections} from './postgres-new-column-findings.ts';
import {dropNotNullCheck, proveNotNull, setNotNull} from './postgres-not-null.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';

export const addColumnChange = (column: NewColumn, migration: MigrationRef): OwnChange => {
  const {backfill} = column;
  const proof = {table: column.table, columns: column.notNull ? [column.column] : []};
  return {
    start: [{doing: 'adding', sql: [{sql: addColumn(column), undo: dropColumn(column)}]}],
    sync: inStep(migration, column),
    ...(backfill === undefined ? {} : {fill: (range) => fillRows(column, range)}),
    count: countUnfilled(column),
    prove: proveNotNull(migration, proof),
    ...(column.notNull ? {unprove: {doing: 'checking', sql: [dropNotNullCheck(migration, proof)]}} : {}),
    complete: [...finalShape(migration, column), ...(backfill === undefined ? [] : [dropInStep(migration, column)])],
    old: [],
    undo: [{doing: 'removing', sql: [...(backfill === undefined ? [] : [dropInStep(migration, column)]), dropColumn(column)]}],
    objections: newColumnObjections(column),
    trial: [...columnTrial(column), ...(backfill === undefined ? [] : [backfillTrial(column)])],
    adds: addToShape(column),
    uses: backfill === undefined ? [] : [{text: backfill, without: [column.column]}],
    look: (session) => newColumnLook(session, column),
  };
};

/** The default stands from the start where it is one value for all rows. */
const addColumn = (column: NewColumn): string => {
  const isDefaultFirst = column.default !== undefined && column.backfill === undefined;
  return `ALTER TABLE ${quoteTable(column.table)} ADD COLUMN ${quoteName(column.column)} ${column.type}${isDefaultFirst ? ` DEFAULT ${expression(column.default)}` : ''}`;
};

const inStep = (migration: MigrationRef, column: NewColumn): Transaction[] =>
  column.backfill === undefined
    ? []
    : [{doing: 'keeping in step', sql: [{sql: createInStep(migration, column, column.backfill), undo: dropInStep(migration, column)}]}];

/** Only rows without a value: what somebody else has filled in the meantime is left as it is. */
const fillRows = (column: NewColumn, range: string): string => {
  const value = expression(column.backfill);
  const name = quoteName(column.column);
  return `UPDATE ${filledTable(column)} SET ${name} = ${value} WHERE ${range} AND ${name} IS NULL AND ${value} IS NOT NULL`;
};

const countUnfilled = (column: NewColumn): string => {
  const lacks = column.notNull || column.backfill === undefined ? String(column.notNull) : `${expression(column.backfill)} IS NOT NULL`;
  return `SELECT count(*)::text AS rows, (count(*) FILTER (WHERE ${quoteName(column.column)} IS NULL AND ${lacks}))::text AS unfilled FROM ${filledTable(column)}`;
};

/** The default first and the trigger last, in one commit: there is no moment in which a writer gets neither. */
const finalShape = (migration: MigrationRef, column: NewColumn): string[] => {
  const changes = [
    ...(column.notNull ? setNotNull(migration, column.column) : []),
    ...(column.default === undefined ? [] : [`ALTER COLUMN ${quoteName(column.column)} SET DEFAULT ${expression(column.default)}`]),
  ];
  return changes.length ? [`ALTER TABLE ${quoteTable(column.table)} ${changes.join(', ')}`] : [];
};

const dropColumn = (column: NewColumn): string =>
  `ALTER TABLE ${quoteTable(column.table)} DROP COLUMN IF EXISTS ${quoteName(column.column)}`;
