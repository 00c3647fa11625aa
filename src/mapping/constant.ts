/** `constant`: a new column of the target with the same value in every row. The source has no place for another one. */
import type {RuleOf} from './column-mappings.ts';
import type {ColumnMapping} from './mapping.ts';

export const constant = ({to, value, type}: RuleOf<'constant'>): ColumnMapping => ({
  source: [],
  target: [to],
  isPlain: false,
  type,
  forward: () => [value],
  reverse: undefined,
  stops: undefined,
});
