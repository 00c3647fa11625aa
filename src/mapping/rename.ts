/** `rename` and `type`, and what every column does that the plan does not name: the value's text stays as it is. */
import type {ColumnMapping} from './mapping.ts';
import type {RuleOf} from './column-mappings.ts';

export const rename = ({column, to, type}: RuleOf<'rename'>): ColumnMapping => ({
  source: [column],
  target: [to],
  isPlain: true,
  asKey: 'same',
  type,
  forward: same,
  reverse: same,
  stops: undefined,
});

const same: ColumnMapping['forward'] = (values) => values;
