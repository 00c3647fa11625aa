/**
 * The functions of PostgreSQL that have an equal in MySQL and MariaDB, by the name that the catalogue prints. Those of case
 * are not among them: each server folds letters by a list of its own.
 */
import {NotUnderstood} from '../token-reader.ts';
import {alike, exactNumber, textOf, type TypedSql} from './typed-sql.ts';

export type FunctionRule = {
  readonly postgres: string;
  readonly mysql: string;
  /** How many values: exactly, or from and to. */
  readonly takes: readonly [number, number?];
  readonly write: (values: readonly TypedSql[]) => TypedSql;
};

const MANY = 1000;
const NOTHING: TypedSql = {sql: 'NULL', kind: 'null'};
const integer = (sql: string): TypedSql => ({sql, kind: 'integer', scale: 0});
const sqls = (values: readonly TypedSql[]): string => values.map(({sql}) => sql).join(', ');

/** All values are texts, and so is what comes of them. */
const ofTexts = (postgres: string, mysql: string, takes: FunctionRule['takes']): FunctionRule => {
  const name = mysql.slice(0, mysql.indexOf('('));
  return {postgres, mysql, takes, write: (values) => ({sql: `${name}(${sqls(values.map((one) => textOf(one, name)))})`, kind: 'text'})};
};

const length: FunctionRule = {
  postgres: 'char_length(a), length(a)',
  mysql: 'CHAR_LENGTH(a), of texts',
  takes: [1],
  write: ([a = NOTHING]) => integer(`CHAR_LENGTH(${textOf(a, 'length').sql})`),
};

const part = (name: 'left' | 'right'): FunctionRule => ({
  postgres: `${name}(a, n)`,
  mysql: `${name.toUpperCase()}(a, n), n written out and not negative`,
  takes: [2],
  write: ([a = NOTHING, n = NOTHING]) => {
    if (!/^\d+$/.test(n.sql)) throw new NotUnderstood(`${name} with this length`);
    return {sql: `${name.toUpperCase()}(${textOf(a, name).sql}, ${n.sql})`, kind: 'text'};
  },
});

const whole = (postgres: string, name: string): FunctionRule => ({
  postgres,
  mysql: `${name}(a), of exact numbers`,
  takes: [1],
  write: ([a = NOTHING]) => ({sql: `${name}(${exactNumber(a, name).sql})`, kind: 'decimal', scale: 0}),
});

const rounded = (postgres: string, name: string): FunctionRule => ({
  postgres,
  mysql: `${name}(a, n), of exact numbers, n written out`,
  takes: [1, 2],
  write: ([a = NOTHING, n = integer('0')]) => {
    if (!/^\d+$/.test(n.sql)) throw new NotUnderstood(`${name} to digits that are not written out`);
    return {sql: `${name}(${exactNumber(a, name).sql}, ${n.sql})`, kind: 'decimal', scale: Math.min(Number(n.sql), a.scale ?? 0)};
  },
});

const field = (name: string): FunctionRule => ({
  postgres: `EXTRACT(${name.toUpperCase()} FROM a)`,
  mysql: `${name.toUpperCase()}(a), of dates and times without a zone`,
  takes: [1],
  write: ([a = NOTHING]) => {
    if (a.kind !== 'date' && a.kind !== 'datetime') throw new NotUnderstood(`EXTRACT of a ${a.kind}`);
    return {...integer(`${name.toUpperCase()}(${a.sql})`), kind: 'decimal'};
  },
});

export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  char_length: length,
  character_length: length,
  length,
  octet_length: {
    postgres: 'octet_length(a)',
    mysql: 'OCTET_LENGTH(a), of texts and bytes',
    takes: [1],
    write: ([a = NOTHING]) => integer(`OCTET_LENGTH(${a.kind === 'bytes' ? a.sql : textOf(a, 'octet_length').sql})`),
  },
  coalesce: {
    postgres: 'COALESCE(a, b, …)',
    mysql: 'the same',
    takes: [1, MANY],
    write: (values) => {
      const [first = NOTHING] = values.filter(({kind}) => kind !== 'null');
      for (const value of values) alike(first, value);
      const scale = Math.max(...values.map((value) => value.scale ?? 0));
      const kind = values.some((value) => value.kind === 'decimal') && first.kind === 'integer' ? 'decimal' : first.kind;
      return {sql: `COALESCE(${sqls(values)})`, kind, scale};
    },
  },
  nullif: {
    postgres: 'NULLIF(a, b)',
    mysql: 'the same',
    takes: [2],
    write: ([a = NOTHING, b = NOTHING]) => ({...a, sql: `NULLIF(${sqls(alike(a, b))})`}),
  },
  abs: {
    postgres: 'abs(a)',
    mysql: 'ABS(a), of exact numbers',
    takes: [1],
    write: ([a = NOTHING]) => ({...exactNumber(a, 'abs'), sql: `ABS(${a.sql})`}),
  },
  ceil: whole('ceil(a)', 'CEILING'),
  ceiling: whole('ceiling(a)', 'CEILING'),
  floor: whole('floor(a)', 'FLOOR'),
  round: rounded('round(a, n)', 'ROUND'),
  trunc: rounded('trunc(a, n)', 'TRUNCATE'),
  btrim: ofTexts('btrim(a), TRIM(a)', 'TRIM(a)', [1]),
  ltrim: ofTexts('ltrim(a)', 'LTRIM(a)', [1]),
  rtrim: ofTexts('rtrim(a)', 'RTRIM(a)', [1]),
  replace: ofTexts('replace(a, b, c)', 'REPLACE(a, b, c)', [3]),
  left: part('left'),
  right: part('right'),
  'extract year': field('year'),
  'extract month': field('month'),
  'extract day': field('day'),
};
