/** A column that goes, as statements. */
import type {Planned} from '../../model/planned-operation.ts';
import {
  columnIs,
  columnIsGone,
  type Ddl,
  dropColumn,
  dropIndex,
  expression,
  INSTANT,
  isGone,
  NEEDED,
  type Objection,
  type OwnChange,
} from './mysql-change.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';

/** Indexes that may go with the column go before it, in the same moment: the server would only take the column out of them. */
export const dropColumnChange = (planned: Planned<'drop-column'>): OwnChange => {
  const {table, column, value, goesWith} = planned;
  const pieces = [...goesWith.map((index) => dropIndex(table, index, 'dropping an index of')), dropColumn(planned, 'dropping')];
  const given = value === undefined ? undefined : giveDefault(planned, value);
  return {
    start: [],
    ...(given && value !== undefined ? {sync: [given], computes: value} : {}),
    complete: goesWith.length ? [{doing: 'dropping', pieces}] : pieces,
    old: [{table, column, goesWith}],
    isPast: columnIsGone(planned),
    undo: given ? [takeDefault(planned)] : [],
    needs: [...NEEDED, ...(goesWith.length ? ['LOCK TABLES'] : [])],
    objections: [
      {ask: columnIs(planned, `column_key = 'PRI'`), reason: 'belongs to the key of the table', next: 'give the table another key first'},
      given ? hasDefault(planned) : isMandatory(planned),
    ],
  };
};

type OneColumn = Pick<Planned<'drop-column'>, 'table' | 'column'>;

/** Not by a trigger: MariaDB refuses an `INSERT … SELECT` that leaves a mandatory column out, before any trigger is asked. */
const giveDefault = (column: OneColumn, value: string): Ddl => ({
  doing: 'giving a default to',
  sql: (at) => `ALTER TABLE ${quoteTable(at)} ALTER COLUMN ${quoteName(column.column)} SET DEFAULT ${expression(value)}, ${INSTANT}`,
  undo: takeDefault(column).sql,
  isDone: columnIs(column, HAS_DEFAULT),
});

/** For a column that may be empty, to have no default at all is another thing than to be empty by default. */
const takeDefault = (column: OneColumn): Ddl => ({
  doing: 'taking the default from',
  sql: (at, ending) => `ALTER TABLE ${quoteTable(at)} ALTER COLUMN ${quoteName(column.column)} ${ending}, ${INSTANT}`,
  isDone: isGone(columnIs(column, HAS_DEFAULT)),
  reads: async (session, table) => {
    const {rows} = await session.query(columnIs({...column, table}, `is_nullable = 'NO'`));
    return rows.length ? 'DROP DEFAULT' : 'SET DEFAULT NULL';
  },
});

/** One of the products writes down that there is none as well. */
const HAS_DEFAULT = `coalesce(column_default, 'NULL') <> 'NULL'`;

const hasDefault = (column: OneColumn): Objection => ({
  ask: columnIs(column, HAS_DEFAULT, 'column_default'),
  reason: 'has the default {}, which versions of the application that do not know it get',
  next: 'leave value out',
});

const isMandatory = (column: OneColumn): Objection => ({
  ask: columnIs(column, `is_nullable = 'NO' AND column_default IS NULL AND extra NOT LIKE '%DEFAULT_GENERATED%'`),
  reason: 'is NOT NULL and has no default, so a version of the application that does not know it could not write before contract',
  next: 'give a value, which such a version has written for it',
});
