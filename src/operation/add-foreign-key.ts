import {type Planned, subjectOf} from '../model/planned-operation.ts';
import {nameOf} from '../model/table.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/** Adds a foreign key. Nothing is forbidden to anybody before contract: until then rows that lead nowhere are counted. */
export const addForeignKey = (planned: Planned<'add-foreign-key'>): Operation => {
  const name = subjectOf(planned);
  return tableChange(planned, {
    start: `write down that ${name} will lead to ${nameOf(planned.references.table)}; until contract it does not`,
    validate: `count the rows that lead nowhere by ${name}`,
    complete: `add ${name} for new rows, then look at those that were there, while others read and write`,
    undo: `remove ${name}, if it was added`,
  });
};
