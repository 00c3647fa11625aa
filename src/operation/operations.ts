/** The operations a plan can name, by that name; each makes an operation of what the plan says about it. */
import type {PlannedOperation} from '../model/planned-operation.ts';
import {addColumn} from './add-column.ts';
import type {Operation} from './operation.ts';

export const operations = {
  'add-column': addColumn,
} satisfies {readonly [Kind in PlannedOperation['kind']]: (planned: Extract<PlannedOperation, {kind: Kind}>) => Operation};
