import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/**
 * Adds a column, with its default, its NOT NULL and a value for the rows that are there already. The default stands
 * from the start where it is one value for all rows; with a backfill it comes last, because until then an absent value
 * is how a writer that does not know the column is recognised.
 */
export const addColumn = (planned: Planned<'add-column'>): Operation => {
  const name = columnName(planned);
  const isFilled = planned.backfill !== undefined;
  const byDefault = planned.default === undefined ? [] : ['its default'];
  const final = [...(planned.notNull ? ['NOT NULL'] : []), ...(isFilled ? [...byDefault, 'without what filled it'] : ['as it stands'])];
  return tableChange(planned, {
    start: `add ${name} ${planned.type}${isFilled ? '' : ', with its default'}`,
    ...(isFilled ? {sync: `give rows of writers that do not know ${name} its value`, fills: name} : {}),
    validate: `count the rows of ${name} that lack a value`,
    complete: `make ${name} final: ${final.join(', ')}`,
    undo: `remove ${name}`,
  });
};
