/** The operations a plan can name, by that name; each makes an operation of what the plan says about it. */
import type {Planned, PlannedOperation} from '../model/planned-operation.ts';
import {addCheck} from './add-check.ts';
import {addColumn} from './add-column.ts';
import {addForeignKey} from './add-foreign-key.ts';
import {addIndex} from './add-index.ts';
import {changeType} from './change-type.ts';
import {dropColumn} from './drop-column.ts';
import type {Operation} from './operation.ts';
import {rawSql} from './raw-sql.ts';
import {renameColumn} from './rename-column.ts';
import {setNotNull} from './set-not-null.ts';
import {splitColumn} from './split-column.ts';
import {widenKey} from './widen-key.ts';

export const operations = {
  'add-column': addColumn,
  'set-not-null': setNotNull,
  'add-check': addCheck,
  'add-foreign-key': addForeignKey,
  'add-index': addIndex,
  'drop-column': dropColumn,
  'rename-column': renameColumn,
  'change-type': changeType,
  'split-column': splitColumn,
  'widen-key': widenKey,
  'raw-sql': rawSql,
} satisfies {readonly [Kind in PlannedOperation['kind']]: (planned: Planned<Kind>) => Operation};
