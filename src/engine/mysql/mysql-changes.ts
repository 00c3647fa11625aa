/** How MySQL and MariaDB carry out what a plan can name. */
import {type NewIndex, operationName, type Planned, type PlannedOperation, subjectOf, tablesOf} from '../../model/planned-operation.ts';
import {addColumnChange} from './mysql-add-column.ts';
import {type Change, dropIndex, IN_PLACE, indexIs, NEEDED, type OwnChange} from './mysql-change.ts';
import {dropColumnChange} from './mysql-drop-column.ts';
import {rawSqlChange} from './mysql-raw-sql.ts';
import {changeTypeChange, renameColumnChange, splitColumnChange} from './mysql-replace-column.ts';
import {addCheckChange, addForeignKeyChange, setNotNullChange} from './mysql-rule-changes.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';
import {widenKeyChange} from './mysql-widen-key.ts';

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
      ...(where === undefined
        ? []
        : [{ask: 'SELECT 1 AS what', reason: 'has a condition, which no index has here', next: 'leave where out'}]),
    ],
  };
};

const changes: {readonly [Kind in PlannedOperation['kind']]: (planned: Planned<Kind>) => OwnChange} = {
  'add-column': addColumnChange,
  'add-index': addIndex,
  'drop-column': dropColumnChange,
  'set-not-null': setNotNullChange,
  'add-check': addCheckChange,
  'add-foreign-key': addForeignKeyChange,
  'rename-column': renameColumnChange,
  'split-column': splitColumnChange,
  'change-type': changeTypeChange,
  'widen-key': widenKeyChange,
  'raw-sql': rawSqlChange,
};

export const changeOf = (planned: PlannedOperation): Change => {
  const make = changes[planned.kind] as (planned: PlannedOperation) => OwnChange;
  const [table = {schema: '', name: ''}] = tablesOf(planned);
  return {...make(planned), name: operationName(planned), subject: subjectOf(planned), table};
};
