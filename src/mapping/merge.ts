/** `merge`: several texts become one. NULLs are left out; what cannot be taken apart again is met by the check of each row. */
import type {RuleOf} from './column-mappings.ts';
import type {ColumnMapping} from './mapping.ts';
import {joined, parts} from './split.ts';

export const merge = ({to, from, separator}: RuleOf<'merge'>): ColumnMapping => ({
  source: from,
  target: [to],
  isPlain: false,
  type: undefined,
  forward: (values) => [joined(values, separator)],
  reverse: ([value = null]) => parts(value, separator, from.length),
  stops: undefined, // every text can be taken apart
});
