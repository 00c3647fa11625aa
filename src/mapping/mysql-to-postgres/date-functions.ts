/** Functions of dates and times. Parts of a time are the same on both; what is formatted has a table of its own. */
import type {FunctionRule} from './functions.ts';
import {NotUnderstood} from '../token-reader.ts';
import {asTime, type Scope, type TypedSql} from './typed-sql.ts';
import {literal} from './types.ts';

const NOTHING: TypedSql = {sql: 'NULL', kind: 'null'};

/** A moment that does not depend on the session's time zone, for generated columns. */
const moment = (value: TypedSql | undefined, scope: Scope, name: string): TypedSql => {
  const found = asTime(value ?? NOTHING, {sql: '', kind: 'datetime'});
  if (found.kind === 'date' || found.kind === 'datetime') return found;
  if (found.kind !== 'instant') throw new NotUnderstood(`${name} of a ${found.kind}`);
  if (scope.isStored) throw new NotUnderstood(`${name} of a TIMESTAMP in a generated column`);
  return found;
};

const part = (mysql: string, field: string, after = ''): FunctionRule => ({
  mysql: `${mysql}(a)`,
  postgres: `extract(${field} FROM a)::integer${after}`,
  takes: [1],
  write: ([a], scope) => ({sql: `(extract(${field} FROM ${moment(a, scope, mysql).sql})::integer${after})`, kind: 'integer', scale: 0}),
});

const now = (mysql: string, word: string, kind: 'instant' | 'date'): FunctionRule => ({
  mysql: `${mysql}()`,
  postgres: `${word}; as a default and in views`,
  takes: [0, 1],
  write: ([digits], {isStored}) => {
    if (isStored) throw new NotUnderstood(`${mysql} in a generated column`);
    return {sql: kind === 'instant' ? `${word}(${digits?.literal ?? 0})` : word, kind};
  },
});

/** What to_char prints alike in every language, and how it is asked for. */
const FORMATS: Readonly<Record<string, string>> = {
  Y: 'YYYY',
  y: 'YY',
  m: 'MM',
  d: 'DD',
  H: 'HH24',
  h: 'HH12',
  I: 'HH12',
  i: 'MI',
  s: 'SS',
  S: 'SS',
  f: 'US',
  j: 'DDD',
  p: 'AM',
  T: 'HH24:MI:SS',
  c: 'FMMM',
  e: 'FMDD',
  k: 'FMHH24',
  l: 'FMHH12',
  M: 'FMMonth',
  b: 'Mon',
  W: 'FMDay',
  a: 'Dy',
};

const dateFormat: FunctionRule = {
  mysql: 'DATE_FORMAT(a, f)',
  postgres: `to_char(a, f); the format written out, of %${Object.keys(FORMATS).join(' %')}; not in a generated column`,
  takes: [2],
  write: ([a, format], scope) => {
    if (scope.isStored) throw new NotUnderstood('DATE_FORMAT in a generated column: to_char depends on settings of the session');
    if (format?.literal === undefined) throw new NotUnderstood('DATE_FORMAT with a format that is not written out');
    return {sql: `to_char(${moment(a, scope, 'DATE_FORMAT').sql}, ${literal(charFormat(format.literal))})`, kind: 'text'};
  },
};

/** What stands between the parts goes into quotes, so that no letter of it is taken for a part. */
const charFormat = (format: string): string =>
  format.replaceAll(/%(.)|([^%]+)/gs, (_, letter?: string, between?: string) => {
    if (letter === '%') return '"%"';
    if (letter === undefined) return `"${(between ?? '').replaceAll(/["\\]/g, '\\$&')}"`;
    const known = Object.hasOwn(FORMATS, letter) ? FORMATS[letter] : undefined;
    if (!known) throw new NotUnderstood(`DATE_FORMAT with %${letter}`);
    return known;
  });

export const DATE_FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  year: part('YEAR', 'YEAR'),
  month: part('MONTH', 'MONTH'),
  dayofmonth: part('DAYOFMONTH', 'DAY'),
  dayofyear: part('DAYOFYEAR', 'DOY'),
  dayofweek: part('DAYOFWEEK', 'DOW', ' + 1'),
  weekday: part('WEEKDAY', 'ISODOW', ' - 1'),
  quarter: part('QUARTER', 'QUARTER'),
  hour: part('HOUR', 'HOUR'),
  minute: part('MINUTE', 'MINUTE'),
  second: {
    mysql: 'SECOND(a)',
    postgres: 'floor(extract(SECOND FROM a))::integer',
    takes: [1],
    write: ([a], scope) => ({sql: `floor(extract(SECOND FROM ${moment(a, scope, 'SECOND').sql}))::integer`, kind: 'integer', scale: 0}),
  },
  current_timestamp: now('NOW, CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP', 'instant'),
  current_date: now('CURDATE, CURRENT_DATE', 'CURRENT_DATE', 'date'),
  date: {
    mysql: 'DATE(a)',
    postgres: 'a::date',
    takes: [1],
    write: ([a], scope) => ({sql: `(${moment(a, scope, 'DATE').sql})::date`, kind: 'date'}),
  },
  last_day: {
    mysql: 'LAST_DAY(a)',
    postgres: "(date_trunc('month', a::timestamp) + interval '1 month - 1 day')::date",
    takes: [1],
    write: ([a], scope) => ({
      sql: `(date_trunc('month', (${moment(a, scope, 'LAST_DAY').sql})::timestamp) + INTERVAL '1 month' - INTERVAL '1 day')::date`,
      kind: 'date',
    }),
  },
  datediff: {
    mysql: 'DATEDIFF(a, b)',
    postgres: 'a::date - b::date',
    takes: [2],
    write: ([a, b], scope) => ({
      sql: `((${moment(a, scope, 'DATEDIFF').sql})::date - (${moment(b, scope, 'DATEDIFF').sql})::date)`,
      kind: 'integer',
      scale: 0,
    }),
  },
  to_days: {
    mysql: 'TO_DAYS(a)',
    postgres: "a::date - date '0001-01-01' + 366",
    takes: [1],
    write: ([a], scope) => ({
      sql: `((${moment(a, scope, 'TO_DAYS').sql})::date - DATE '0001-01-01' + 366)`,
      kind: 'integer',
      scale: 0,
    }),
  },
  date_format: dateFormat,
};
