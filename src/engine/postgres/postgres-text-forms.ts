/** One row as the text that the other engine makes of its row too, where the values are the same (hazards §4.4). */
import {FORM_LENGTH_MAX, type TextForm} from '../../model/text-form.ts';
import type {Column} from '../../model/table.ts';
import {quoteName} from './postgres-sql.ts';

/** `forms`: of these columns in order. Columns are joined by commas; NULL is `~`, which no form is. */
export const textInForms = (columns: readonly Column[], forms: readonly TextForm[]): string =>
  inGroups(columns.map((column, i) => orTilde(column, FORMS[forms[i] ?? 'text'](column)))).join(` || ',' || `);

const orTilde = ({notNull}: Column, text: string): string => (notNull ? text : `coalesce(${text}, '~')`);

/** A sum of so many is nested so deep; a table may have 1600 columns. */
const GROUP_MAX = 50;
const inGroups = (texts: readonly string[]): string[] =>
  Array.from(
    {length: Math.ceil(texts.length / GROUP_MAX)},
    (_, i) => `(${texts.slice(i * GROUP_MAX, (i + 1) * GROUP_MAX).join(` || ',' || `)})`,
  );

const FORMS: Readonly<Record<TextForm, (column: Column) => string>> = {
  plain: (column) => textOf(column),
  'shortest-decimal': ({name}) => `trim_scale(${quoteName(name)})::text`,
  double: ({name}) => `encode(float8send(${quoteName(name)}::float8 + 0), 'hex')`,
  moment: (column) => textOf(column),
  'utc-moment': (column) => textOf(column),
  clock: (column) => `CASE WHEN ${quoteName(column.name)} = '24:00:00' THEN '24' ELSE ${textOf(column)} END`,
  seconds: (column) => {
    const noDays = ['day', 'month', 'year'].map((field) => `extract(${field} FROM ${quoteName(column.name)}) = 0`).join(' AND ');
    return `CASE WHEN ${noDays} THEN extract(epoch FROM ${quoteName(column.name)})::text ELSE ${textOf(column)} END`;
  },
  flag: ({name}) => `${quoteName(name)}::int::text`,
  bits: (column) => textOf(column),
  'uuid-digits': (column) => `replace(${textOf(column)}, '-', '')`,
  members: (column) => textOf(column),
  text: (column) => countedText(column),
  bytes: ({name}) => hashedIfLarge(quoteName(name), `octet_length(${quoteName(name)})`, `encode(${quoteName(name)}, 'hex')`),
  json: (column) => countedText(column),
};

const textOf = ({name}: Column): string => `${quoteName(name)}::text`;

/** The length in front makes the sequence of columns unambiguous. */
const countedText = (column: Column): string => {
  const [text, length] = [textOf(column), `length(${textOf(column)})`];
  const counted = `${length} || ':' || ${text}`;
  const isLimited = Number(/^character varying\((\d+)\)$/.exec(column.type)?.[1] ?? Infinity) <= FORM_LENGTH_MAX;
  return isLimited ? counted : hashedIfLarge(`convert_to(${text}, 'UTF8')`, length, counted);
};

const hashedIfLarge = (bytes: string, length: string, text: string): string =>
  `CASE WHEN ${length} > ${FORM_LENGTH_MAX} THEN ${length} || '#' || encode(sha256(${bytes}), 'hex') ELSE ${text} END`;
