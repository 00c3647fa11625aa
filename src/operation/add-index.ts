import {type Planned, subjectOf} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/** Builds an index while others read and write. What a crash leaves of it is no use to anybody: it is dropped and built anew. */
export const addIndex = (planned: Planned<'add-index'>): Operation => {
  const name = subjectOf(planned);
  return tableChange(planned, {
    start: `build ${name} while others read and write`,
    validate: `look whether ${name} is whole`,
    complete: `leave ${name} to the application`,
    undo: `drop ${name}`,
  });
};
