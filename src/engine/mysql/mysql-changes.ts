/** How MySQL and MariaDB carry out what a plan can name; the operations that are not here they are refused by name. */
import {
  type NewColumn,
  type NewIndex,
  operationName,
  type Planned,
  type PlannedOperation,
  subjectOf,
  tablesOf,
} from '../../model/planned-operation.ts';
import {
  type Change,
  columnIs,
  columnIsGone,
  type Ddl,
  dropIndex,
  IN_PLACE,
  indexIs,
  INSTANT,
  NEEDED,
  type Objection,
  type OwnChange,
} from './mysql-change.ts';
import {rawSqlChange} from './mysql-raw-sql.ts';
import {changeTypeChange, renameColumnChange, splitColumnChange} from './mysql-replace-column.ts';
import {addCheckChange, addForeignKeyChange, setNotNullChange} from './mysql-rule-changes.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

/** The default stands from the start; NOT NULL comes last, when every row has been seen to have a value. */
const addColumn = (column: NewColumn): OwnChange => {
  const name = quoteName(column.column);
  const shape = `${name} ${column.type}`;
  const byDefault = column.default === undefined ? '' : ` DEFAULT ${column.default}\n`;
  const drop = dropColumn(column, 'removing');
  return {
    start: [
      {
        doing: 'adding',
        sql: (table) => `ALTER TABLE ${quoteTable(table)} ADD COLUMN ${shape} NULL${byDefault}, ${INSTANT}`,
        undo: drop.sql,
        isDone: columnIs(column),
      },
    ],
    count: `SELECT count(*) AS total, coalesce(sum(${name} IS NULL AND ${column.notNull ? 'TRUE' : 'FALSE'}), 0) AS unfilled FROM ${quoteTable(column.table)}`,
    complete: column.notNull
      ? [
          {
            doing: 'making mandatory',
            sql: (table) => `ALTER TABLE ${quoteTable(table)} MODIFY COLUMN ${shape} NOT NULL${byDefault}, ${IN_PLACE}`,
            isDone: columnIs(column, `is_nullable = 'NO'`),
          },
        ]
      : [],
    old: [],
    undo: [drop],
    needs: NEEDED,
    objections: [
      {ask: columnIs(column), reason: 'is there already', next: 'take another name, or drop the column first'},
      ...(column.backfill === undefined
        ? []
        : [
            unknown(
              'a backfill cannot be kept in step here yet',
              'give the column a default instead, which rows that are there have as well',
            ),
          ]),
    ],
  };
};

const addIndex = ({table, name, on, unique, where}: NewIndex): OwnChange => {
  const drop = dropIndex(table, name, 'dropping');
  return {
    start: [
      {
        doing: 'building',
        sql: (to) => `ALTER TABLE ${quoteTable(to)} ADD ${unique ? 'UNIQUE ' : ''}INDEX ${quoteName(name)} (${on.join(', ')}), ${IN_PLACE}`,
        undo: drop.sql,
        isDone: indexIs(table, name),
      },
    ],
    count: `SELECT count(*) AS total, 1 - count(*) AS unfilled FROM (${indexIs(table, name)}) AS built`,
    complete: [],
    old: [],
    undo: [drop],
    needs: NEEDED,
    objections: [
      {ask: indexIs(table, name), reason: 'is there already', next: 'take another name, or leave the operation out'},
      ...(where === undefined ? [] : [unknown('has a condition, which no index has here', 'leave where out')]),
    ],
  };
};

/** Indexes that may go with the column go before it: the server would only take the column out of them. */
const dropOldColumn = ({table, column, value, goesWith}: Planned<'drop-column'>): OwnChange => ({
  start: [],
  complete: [...goesWith.map((index) => dropIndex(table, index, 'dropping an index of')), dropColumn({table, column}, 'dropping')],
  old: [{table, column, goesWith}],
  isPast: columnIsGone({table, column}),
  undo: [],
  needs: NEEDED,
  objections: [
    {
      ask: columnIs({table, column}, `column_key = 'PRI'`),
      reason: 'belongs to the key of the table',
      next: 'give the table another key first',
    },
    {
      ask: columnIs({table, column}, `is_nullable = 'NO' AND column_default IS NULL AND extra NOT LIKE '%DEFAULT_GENERATED%'`),
      reason: 'is NOT NULL and has no default, so a version of the application that does not know it could not write before contract',
      next: 'give the column a default first',
    },
    ...(value === undefined
      ? []
      : [unknown('has a value, for which there is no trigger here yet', 'give the column a default first, and leave value out')]),
  ],
});

const dropColumn = (old: Pick<NewColumn, 'table' | 'column'>, doing: string): Ddl => ({
  doing,
  sql: (table) => `ALTER TABLE ${quoteTable(table)} DROP COLUMN ${quoteName(old.column)}, ${INSTANT}`,
  isDone: columnIsGone(old),
});

const unknown = (reason: string, next: string): Objection => ({ask: `SELECT 1 AS what`, reason, next});

const changes: {readonly [Kind in PlannedOperation['kind']]?: (planned: Planned<Kind>) => OwnChange} = {
  'add-column': addColumn,
  'add-index': addIndex,
  'drop-column': dropOldColumn,
  'set-not-null': setNotNullChange,
  'add-check': addCheckChange,
  'add-foreign-key': addForeignKeyChange,
  'rename-column': renameColumnChange,
  'split-column': splitColumnChange,
  'change-type': changeTypeChange,
  'raw-sql': rawSqlChange,
};

/** Those that can be carried out here. */
export const CHANGES = Object.keys(changes);

export const changeOf = (planned: PlannedOperation): Change => {
  const make = changes[planned.kind] as ((planned: PlannedOperation) => OwnChange) | undefined;
  const [table = {schema: '', name: ''}] = tablesOf(planned);
  const own = make?.(planned) ?? notHere(planned);
  return {...own, name: operationName(planned), subject: subjectOf(planned), table};
};

/** Found by assess, which comes first. */
const notHere = ({kind}: PlannedOperation): OwnChange => ({
  start: [],
  complete: [],
  old: [],
  undo: [],
  needs: [],
  objections: [
    {
      ask: `SELECT ${quoteValue(kind)} AS what`,
      reason: '{} cannot be carried out in place on MySQL and MariaDB yet',
      next: `use ${CHANGES.join(', ')}, or make the change by other means`,
    },
  ],
});
