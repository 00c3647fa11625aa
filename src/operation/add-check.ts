import {type Planned, subjectOf} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/** Adds a check. Nothing is forbidden to anybody before contract: until then the rows that break it are counted. */
export const addCheck = (planned: Planned<'add-check'>): Operation => {
  const name = subjectOf(planned);
  return tableChange(planned, {
    start: `write down that ${name} will be checked; until contract it is not`,
    validate: `count the rows that ${name} would refuse`,
    complete: `add ${name} and hold all rows to it, while others read and write`,
    undo: `remove ${name}, if it was added`,
  });
};
