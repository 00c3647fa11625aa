/**
 * Whether the answers of two engines to the same question say the same. Columns are compared by their places: an expression has
 * another name on each. Two forms of each value decide. Equal: the exact form of every value is the same. Differing: even the
 * coarse ones are not, in which everything that cannot be told apart is alike. What lies in between is never called equal.
 */
import {differenceOf} from './canonical-answer.ts';
import type {RawAnswer, RawColumn, RawValue} from './raw-answer.ts';
import {type Form, formsOf} from './raw-forms.ts';
import type {Judge, Verdict} from './read-comparison.ts';

export const rawJudge: Judge<RawAnswer> = {
  isSame,
  verdict,
  // The names of the target: of an expression without one, another engine makes a name out of its text, values included.
  difference: (text, source, target) => differenceOf(text, {...source, columns: target.columns}, target),
};

function verdict(source: RawAnswer, target: RawAnswer): Verdict {
  if (source.columns.length !== target.columns.length || source.rows.length !== target.rows.length) return {kind: 'differing'};
  const columns = source.columns.map((column, i) => columnOf(i, [source, target], [column, target.columns[i] ?? column]));
  const known = columns.filter((column) => column !== undefined);
  const telling = known.filter((column) => column.flat().every(({coarse}) => coarse !== undefined));
  if (!isAlike(telling, source.rows.length, 'coarse')) return {kind: 'differing'};
  const [open] = columns.flatMap((column, i) => (column?.flat().every(({exact}) => exact !== undefined) ? [] : [i]));
  if (open !== undefined) return {kind: 'unsettled', why: whyOf(source.columns[open], target.columns[open])};
  if (isAlike(known, source.rows.length, 'exact')) return {kind: 'equal'};
  return {kind: 'unsettled', why: 'numbers with a floating point differ in their last digits'};
}

function isSame(a: RawAnswer, b: RawAnswer): boolean {
  return plainText(a) === plainText(b);
}

const plainText = ({columns, rows}: RawAnswer): string => JSON.stringify([columns, sorted(rows.map((row) => row.map(asText)))]);

const asText = (value: RawValue): string | null => (Buffer.isBuffer(value) ? value.toString('hex') : value);

/** Of each row the forms, of the source and of the target. */
type Column = readonly [readonly Form[], readonly Form[]];

const NULL: Form = {exact: 'NULL', coarse: 'NULL'};

/** Undefined where one of its values says nothing that could be compared: then the others may mean anything, too. */
function columnOf(
  place: number,
  answers: readonly [RawAnswer, RawAnswer],
  [here, there]: readonly [RawColumn, RawColumn],
): Column | undefined {
  const rules = formsOf(here, there);
  const [source, target] = answers.map(({rows}, side) =>
    rows.map((row) => {
      const value = row[place] ?? null;
      return value === null ? NULL : marked(rules?.[side === 0 ? 0 : 1](value));
    }),
  );
  if (!source?.every((form) => form !== undefined) || !target?.every((form) => form !== undefined)) return undefined;
  return [source, target];
}

/** No text passes for NULL. */
const marked = (form: Form | undefined): Form | undefined => form && {exact: withMark(form.exact), coarse: withMark(form.coarse)};

const withMark = (text: string | undefined): string | undefined => (text === undefined ? undefined : `= ${text}`);

/** Without ORDER BY a server may give the rows in any order, so the order does not count. */
const isAlike = (columns: readonly Column[], rows: number, form: keyof Form): boolean => {
  const [source, target] = ([0, 1] as const).map((side) =>
    JSON.stringify(sorted(Array.from({length: rows}, (_, row) => columns.map((column) => column[side][row]?.[form] ?? null)))),
  );
  return source === target;
};

const sorted = (rows: readonly (readonly (string | null)[])[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort();

const whyOf = (here: RawColumn | undefined, there: RawColumn | undefined): string =>
  `column ${there?.name ?? ''} cannot be compared for certain: ${here?.kind ?? ''} on the source, ${there?.kind ?? ''} on the target`;
