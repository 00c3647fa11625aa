/** How PostgreSQL carries out what a plan can name, by the same words as `src/operation`. */
import {operationName, type Planned, type PlannedOperation, subjectOf, tablesOf} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import {addColumnChange} from './postgres-add-column.ts';
import {addIndexChange} from './postgres-add-index.ts';
import type {Change, OwnChange} from './postgres-change.ts';
import {addCheckChange, addForeignKeyChange, setNotNullChange} from './postgres-constraint-changes.ts';
import {dropColumnChange} from './postgres-drop-column.ts';
import {rawSqlChange} from './postgres-raw-sql.ts';
import {changeTypeChange, renameColumnChange, splitColumnChange} from './postgres-replace-column.ts';
import {widenKeyChange} from './postgres-widen-key.ts';

const changes = {
  'add-column': addColumnChange,
  'set-not-null': setNotNullChange,
  'add-check': addCheckChange,
  'add-foreign-key': addForeignKeyChange,
  'add-index': addIndexChange,
  'drop-column': dropColumnChange,
  'rename-column': renameColumnChange,
  'change-type': changeTypeChange,
  'split-column': splitColumnChange,
  'widen-key': widenKeyChange,
  'raw-sql': rawSqlChange,
} satisfies {readonly [Kind in PlannedOperation['kind']]: (planned: Planned<Kind>, migration: MigrationRef) => OwnChange};

export const changeOf = (planned: PlannedOperation, migration: MigrationRef): Change => {
  const make = changes[planned.kind] as (planned: PlannedOperation, migration: MigrationRef) => OwnChange;
  const [table = {schema: '', name: ''}] = tablesOf(planned);
  return {...make(planned, migration), name: operationName(planned), subject: subjectOf(planned), table};
};
