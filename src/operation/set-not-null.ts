import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/**
 * Makes a column mandatory that is there. Nothing is forbidden to anybody before contract: until then rows without a
 * value are counted, so that the application has time to give them one.
 */
export const setNotNull = (planned: Planned<'set-not-null'>): Operation => {
  const name = columnName(planned);
  return tableChange(planned, {
    start: `write down that ${name} will be NOT NULL; until contract it may be empty`,
    validate: `count the rows without ${name}`,
    complete: `make ${name} NOT NULL while others read and write`,
    undo: `leave ${name} as it was`,
  });
};
