/** A new column beside the old ones, as statements. */
import type {NewColumn} from '../../model/planned-operation.ts';
import {
  columnIs,
  countRows,
  type Ddl,
  dropColumn,
  expression,
  type Fill,
  INSTANT,
  IN_PLACE,
  isGone,
  NEEDED,
  type OwnChange,
  tried,
} from './mysql-change.ts';
import {createFollowing, tryFollowing} from './mysql-following.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';
import {dropTriggers, stepObjections} from './mysql-step-triggers.ts';

/** NOT NULL comes last, when every row has been seen to have a value; so does the default where rows are filled. */
export const addColumnChange = (column: NewColumn): OwnChange => {
  const drop = dropColumn(column, 'removing');
  const {table, notNull, backfill, default: value} = column;
  const start = addColumn(column, backfill === undefined ? byDefault(column) : '');
  const own: OwnChange = {
    start: [start],
    count: countRows(table, `${quoteName(column.column)} IS NULL AND ${lacks(column)}`),
    complete: notNull ? [makeMandatory(column)] : [],
    old: [],
    undo: [drop],
    needs: NEEDED,
    objections: [{ask: columnIs(column), reason: 'is there already', next: 'take another name, or drop the column first'}],
  };
  if (backfill === undefined) return own;
  const [sync, letGo] = [createFollowing(column, backfill), dropTriggers(column)];
  const ending = notNull || value === undefined ? own.complete : [setDefault(column)];
  // Rows go on having a value when they come, to the last: nobody has to see both triggers go in one moment.
  const complete = [...ending, ...letGo.toReversed()];
  return {
    ...own,
    sync,
    fill: fillOf(column, backfill),
    complete,
    computes: backfill,
    isPast: `SELECT 1 AS past FROM (SELECT 1 AS one) AS it WHERE ${letGo.map(({isDone}) => `EXISTS (${isDone})`).join(' AND ')}`,
    // Who does not know the column can write at each instant: it may be empty before the triggers go that fill it.
    undo: [...(notNull && value === undefined ? [makeOptional(column)] : []), ...letGo, drop],
    needs: [...NEEDED, 'UPDATE', 'TRIGGER'],
    trial: (shape) => [...tried([start], shape), tryFollowing(column, backfill, shape), ...tried([...sync, ...complete], shape)],
    objections: [...own.objections, ...stepObjections(column)],
  };
};

const byDefault = ({default: value}: NewColumn): string => (value === undefined ? '' : ` DEFAULT ${value}\n`);

const addColumn = (column: NewColumn, ending: string): Ddl => ({
  doing: 'adding',
  sql: (to) => `ALTER TABLE ${quoteTable(to)} ADD COLUMN ${quoteName(column.column)} ${column.type} NULL${ending}, ${INSTANT}`,
  undo: dropColumn(column, 'removing').sql,
  isDone: columnIs(column),
});

const makeMandatory = (column: NewColumn): Ddl => ({
  doing: 'making mandatory',
  sql: (at) =>
    `ALTER TABLE ${quoteTable(at)} MODIFY COLUMN ${quoteName(column.column)} ${column.type} NOT NULL${byDefault(column)}, ${IN_PLACE}`,
  isDone: columnIs(column, `is_nullable = 'NO'`),
});

const makeOptional = (column: NewColumn): Ddl => ({
  doing: 'leaving optional',
  sql: (at) => `ALTER TABLE ${quoteTable(at)} MODIFY COLUMN ${quoteName(column.column)} ${column.type} NULL, ${IN_PLACE}`,
  isDone: isGone(columnIs(column, `is_nullable = 'NO'`)),
});

const setDefault = (column: NewColumn): Ddl => ({
  doing: 'giving its default to',
  sql: (at) => `ALTER TABLE ${quoteTable(at)} ALTER COLUMN ${quoteName(column.column)} SET${byDefault(column)}, ${INSTANT}`,
  isDone: columnIs(column, `coalesce(column_default, 'NULL') <> 'NULL'`),
});

/** A column that may be empty lacks what its backfill could give. */
const lacks = ({notNull, backfill}: NewColumn): string => {
  if (notNull) return 'TRUE';
  return backfill === undefined ? 'FALSE' : `${expression(backfill)} IS NOT NULL`;
};

const fillOf = (column: NewColumn, backfill: string): Fill => ({
  lacks: `${quoteName(column.column)} IS NULL`,
  known: `${expression(backfill)} IS NOT NULL`,
  set: `${quoteName(column.column)} = ${expression(backfill)}`,
});
