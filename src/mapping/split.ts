/** `split`: a text in parts. A text with fewer separators leaves the last columns NULL; the last column keeps those that are left over. */
import type {Value} from '../model/change.ts';
import type {RuleOf} from './column-mappings.ts';
import type {ColumnMapping} from './mapping.ts';

export const split = ({column, into, at}: RuleOf<'split'>): ColumnMapping => ({
  source: [column],
  target: into,
  isPlain: false,
  type: undefined,
  forward: ([value = null]) => parts(value, at, into.length),
  reverse: (values) => [joined(values, at)],
  stops: `a value with ${JSON.stringify(at)} in ${into.slice(0, -1).join(', ')}, or NULL before a part`,
});

/** Exactly `count` values, which `joined` makes one again. */
export const parts = (text: Value, at: string, count: number): readonly Value[] => {
  const pieces = text === null ? [] : text.split(at);
  const rest = pieces.slice(count - 1);
  return Array.from({length: count}, (_, i) => (i < count - 1 ? (pieces[i] ?? null) : rest.length ? rest.join(at) : null));
};

export const joined = (values: readonly Value[], at: string): Value => {
  const there = values.filter((value) => value !== null);
  return there.length ? there.join(at) : null;
};
