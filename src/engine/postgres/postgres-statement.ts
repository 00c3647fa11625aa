/**
 * SQL as it is sent: a text and its values. Built by pure functions, so that what `plan` and `sql` show and what the
 * sessions send are one text. What only a run knows stands in angle brackets when it is shown: `<attempt>`.
 */
import {quoteValue} from './postgres-sql.ts';

export type Sql = {readonly text: string; readonly values?: readonly SqlValue[]};

export type SqlValue = string | number | null;

/** The same with its values in place, to be read or pasted. */
export const shown = ({text, values = []}: Sql): string =>
  values.length ? text.replaceAll(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1])) : text;

const literal = (value: SqlValue | undefined): string => {
  if (typeof value === 'number') return String(value);
  return quoteValue(value ?? null);
};
