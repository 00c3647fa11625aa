/** What all operations have in common that put columns in place of one. */
import {columnName, type PlannedOperation, type Replacement} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

export const replacement = (planned: PlannedOperation & Replacement, end: string): Operation => {
  const old = columnName(planned);
  const names = planned.into.map(({column}) => column).join(', ');
  const mandatory = planned.into.some(({notNull}) => notNull) ? ', with NOT NULL' : '';
  return tableChange(planned, {
    start: `add ${names} beside ${old}`,
    sync: `keep ${names} and ${old} in step, whichever a writer knows`,
    fills: `${names} of ${old}`,
    validate: `count the rows in which ${old} and ${names} are not in step`,
    complete: `look who still uses ${old}, make ${names} final${mandatory}, ${end}`,
    undo: `remove ${names}; ${old} has everything that was written`,
  });
};
