import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/**
 * Removes a column that nobody uses any more. With a value, versions of the application that do not know it may write
 * before it is gone, although it is NOT NULL.
 */
export const dropColumn = (planned: Planned<'drop-column'>): Operation => {
  const name = columnName(planned);
  const isGiven = planned.value !== undefined;
  return tableChange(planned, {
    start: `write down that ${name} will go; until contract it stays`,
    ...(isGiven ? {sync: `give ${name} its value where a writer leaves it out`} : {}),
    validate: `nothing to count: ${name} goes with all its values`,
    complete: `look who still uses ${name}, and drop it if nobody does`,
    undo: isGiven ? `let writers of ${name} give it themselves again; it stays` : `leave ${name} as it was`,
  });
};
