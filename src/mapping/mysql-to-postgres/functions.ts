/**
 * The functions of MySQL that have an equal in PostgreSQL, by the name that the catalogue prints. `docs/mysql.md` is
 * made of this table. One that is not here is refused by name: nothing is passed on in the hope that it means the same.
 */
import {DATE_FUNCTIONS} from './date-functions.ts';
import {either, OPERATORS} from './operators.ts';
import {JSON_FUNCTIONS} from './json-functions.ts';
import {TEXT_FUNCTIONS} from './text-functions.ts';
import {NotUnderstood} from '../token-reader.ts';
import {alike, asBoolean, asOne, asNumber, folded, type Scope, type TypedSql} from './typed-sql.ts';

export type FunctionRule = {
  /** How it is called, and what it becomes: for the documents. */
  readonly mysql: string;
  readonly postgres: string;
  /** How many values: exactly, or from and to. */
  readonly takes: readonly [number, number?];
  readonly write: (values: readonly TypedSql[], scope: Scope) => TypedSql;
};

const MANY = 1000;
const NOTHING: TypedSql = {sql: 'NULL', kind: 'null'};
const text = (sql: string): TypedSql => ({sql, kind: 'text'});
const integer = (sql: string): TypedSql => ({sql, kind: 'integer', scale: 0});
const sqls = (values: readonly TypedSql[]): string => values.map(({sql}) => sql).join(', ');
/** NULL as soon as one is NULL, where PostgreSQL would leave it out. */
const strictest = (name: 'GREATEST' | 'LEAST'): FunctionRule => ({
  mysql: `${name}(a, b, …)`,
  postgres: `CASE WHEN a IS NULL OR b IS NULL … THEN NULL ELSE ${name}(a, b, …) END`,
  takes: [2, MANY],
  write: (values, scope) => {
    const shown = alike(values, scope);
    if (shown.some(({fold}) => fold)) throw new NotUnderstood(`${name} of texts whose case does not count`);
    const absent = shown.map(({sql}) => `${sql} IS NULL`).join(' OR ');
    return {...either(values, scope), sql: `(CASE WHEN ${absent} THEN NULL ELSE ${name}(${sqls(shown)}) END)`};
  },
});

const rounding = (mysql: string, name: string): FunctionRule => ({
  mysql,
  postgres: `${name}(a, n); of exact numbers`,
  takes: [1, 2],
  write: ([a = NOTHING, digits]) => {
    const value = asNumber(a);
    if (value.kind === 'float') throw new NotUnderstood(`${name.toUpperCase()} of a float`);
    const count = digits?.literal ?? (digits ? undefined : '0');
    if (count === undefined || !/^\d+$/.test(count)) throw new NotUnderstood(`${name.toUpperCase()} to digits that are not written out`);
    if (value.scale !== undefined && value.scale <= Number(count)) return value;
    return {sql: `${name}((${value.sql})::numeric, ${count})`, kind: count === '0' ? 'integer' : 'decimal', scale: Number(count)};
  },
});

const numeric = (mysql: string, postgres: string, write: (value: TypedSql) => TypedSql): FunctionRule => ({
  mysql,
  postgres,
  takes: [1],
  write: ([a = NOTHING]) => write(asNumber(a)),
});

const toWhole = (name: string, mysql: string): FunctionRule =>
  numeric(mysql, `${name}(a)`, (value) =>
    value.kind === 'integer'
      ? value
      : value.kind === 'float'
        ? {sql: `${name}(${value.sql})`, kind: 'float'}
        : integer(`${name}(${value.sql})`),
  );

const IF: FunctionRule = {
  mysql: 'IF(a, b, c)',
  postgres: 'CASE WHEN a THEN b ELSE c END',
  takes: [3],
  write: ([condition = NOTHING, ...results], scope) => {
    const shown = asOne(results, scope);
    const [a = NOTHING, b = NOTHING] = shown;
    return {...either(shown, scope), sql: `(CASE WHEN ${asBoolean(condition)} THEN ${a.sql} ELSE ${b.sql} END)`};
  },
};

const coalesce = (mysql: string, takes: FunctionRule['takes']): FunctionRule => ({
  mysql,
  postgres: 'COALESCE(a, b, …)',
  takes,
  write: (values, scope) => {
    const shown = asOne(values, scope);
    return {...either(shown, scope), sql: `COALESCE(${sqls(shown)})`};
  },
});

const NAMED: Readonly<Record<string, FunctionRule>> = {
  ...DATE_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...JSON_FUNCTIONS,
  if: IF,
  ifnull: coalesce('IFNULL(a, b)', [2]),
  coalesce: coalesce('COALESCE(a, b, …)', [1, MANY]),
  nullif: {
    mysql: 'NULLIF(a, b)',
    postgres: 'CASE WHEN a = b THEN NULL ELSE a END',
    takes: [2],
    write: (values, scope) => ({
      ...(values[0] ?? NOTHING),
      sql: `(CASE WHEN ${folded(values, scope).join(' = ')} THEN NULL ELSE ${values[0]?.sql} END)`,
    }),
  },
  isnull: {mysql: 'ISNULL(a)', postgres: 'a IS NULL', takes: [1], write: ([a = NOTHING]) => ({sql: `(${a.sql} IS NULL)`, kind: 'boolean'})},
  greatest: strictest('GREATEST'),
  least: strictest('LEAST'),
  abs: numeric('ABS(a)', 'abs(a)', (value) => ({...value, sql: `abs(${value.sql})`})),
  sign: numeric('SIGN(a)', 'sign(a)', (value) => integer(`sign((${value.sql})::numeric)`)),
  ceiling: toWhole('ceil', 'CEILING(a), CEIL(a)'),
  floor: toWhole('floor', 'FLOOR(a)'),
  round: rounding('ROUND(a, n)', 'round'),
  truncate: rounding('TRUNCATE(a, n)', 'trunc'),
  regexp_like: {
    mysql: 'REGEXP_LIKE(a, b)',
    postgres: 'as a REGEXP b',
    takes: [2],
    write: (values, scope) => OPERATORS['regexp']?.write(values, scope) ?? NOTHING,
  },
  uuid: {
    mysql: 'UUID()',
    postgres: 'gen_random_uuid()::text; as a default',
    takes: [0],
    write: (_, {isStored}) => {
      if (isStored) throw new NotUnderstood('UUID in a generated column');
      return text('gen_random_uuid()::text');
    },
  },
};

/** Other names of the same functions. */
const ALIASES: Readonly<Record<string, string>> = {
  lcase: 'lower',
  ucase: 'upper',
  octet_length: 'length',
  character_length: 'char_length',
  substring: 'substr',
  mid: 'substr',
  ceil: 'ceiling',
  now: 'current_timestamp',
  localtime: 'current_timestamp',
  localtimestamp: 'current_timestamp',
  curdate: 'current_date',
  day: 'dayofmonth',
};

export const functionRule = (name: string): FunctionRule | undefined =>
  Object.hasOwn(NAMED, name) ? NAMED[name] : NAMED[ALIASES[name] ?? ''];

/** For the documents, in the order of their names. */
export const FUNCTION_RULES: readonly FunctionRule[] = Object.entries(NAMED)
  .toSorted(([a], [b]) => a.localeCompare(b))
  .map(([, rule]) => rule);
