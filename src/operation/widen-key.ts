import {columnName, type Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/**
 * Gives a key a wider type, with every column that holds its values, their indexes and the foreign keys between them. The
 * values are in columns beside them, `NAME_new`, until contract: then these take the names, all in one moment.
 */
export const widenKey = (planned: Planned<'widen-key'>): Operation => {
  const old = planned.columns.map(columnName).join(', ');
  const type = planned.columns[0]?.into[0]?.type ?? '';
  return tableChange(planned, {
    start: `add a column of type ${type} beside each of ${old}; build their ${planned.indexes.length} indexes while others read and write`,
    sync: 'keep each of them in step with the narrow one by a trigger, whichever a writer knows',
    fills: `the wider columns of ${old}`,
    validate: 'count the rows in which a narrow and a wider column are not in step, or that lead nowhere',
    complete: `add the ${planned.foreignKeys.length} foreign keys between the wider columns, validate them, and give all names to what is wider, in one moment`,
    undo: `remove the wider columns, with their indexes and foreign keys; ${old} have everything that was written`,
  });
};
