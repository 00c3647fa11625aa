/** `drop`: a column that stays behind. Where the table's filter leaves only one value, that value is what comes back. */
import {fixedValue, type RowFilter} from '../model/row-filter.ts';
import type {RuleOf} from './column-mappings.ts';
import type {ColumnMapping} from './mapping.ts';

export const drop = ({column}: RuleOf<'drop'>, where: RowFilter | undefined): ColumnMapping => {
  const fixed = fixedValue(where, column);
  return {
    source: [column],
    target: [],
    isPlain: false,
    type: undefined,
    forward: () => [],
    reverse: fixed === undefined ? undefined : () => [fixed],
    stops: undefined,
  };
};
