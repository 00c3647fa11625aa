/** What operators become. One that is not here is refused by name. */
import {NotUnderstood} from '../token-reader.ts';
import {alike, asBoolean, asNumber, asText, folded, isMoment, isNumber, type Scope, type TypedSql} from './typed-sql.ts';

type OperatorRule = {
  /** For the documents. */
  readonly mysql: string;
  readonly postgres: string;
  readonly write: (operands: readonly TypedSql[], scope: Scope) => TypedSql;
};

const truth = (sql: string): TypedSql => ({sql: `(${sql})`, kind: 'boolean'});
const NOTHING: TypedSql = {sql: 'NULL', kind: 'null'};
const pair = (operands: readonly TypedSql[]): readonly [TypedSql, TypedSql] => [operands[0] ?? NOTHING, operands[1] ?? NOTHING];

const comparison = (mysql: string, postgres = mysql): OperatorRule => ({
  mysql: `a ${mysql} b`,
  postgres: `a ${postgres} b`,
  write: (operands, scope) => truth(folded(operands, scope).join(` ${postgres} `)),
});

const logic = (mysql: string, word: string): OperatorRule => ({
  mysql,
  postgres: `a ${word} b, numbers as a <> 0`,
  write: (operands) => truth(operands.map(asBoolean).join(` ${word} `)),
});

/** MySQL reckons integers in 64 bits, whatever their columns have. */
const arithmetic = (sign: string): OperatorRule => ({
  mysql: `a ${sign} b`,
  postgres: `a ${sign} b, integers as bigint`,
  write: (operands) => {
    const [a, b] = pair(operands.map(asNumber));
    const kind = a.kind === 'float' || b.kind === 'float' ? 'float' : a.kind === 'decimal' || b.kind === 'decimal' ? 'decimal' : 'integer';
    const scale =
      a.scale === undefined || b.scale === undefined ? undefined : sign === '*' ? a.scale + b.scale : Math.max(a.scale, b.scale);
    return {sql: `(${wide(a)} ${sign} ${wide(b)})`, kind, ...(scale === undefined ? {} : {scale}), ...widest([a, b])};
  },
});

const wide = ({kind, sql, literal, isNumeric}: TypedSql): string =>
  kind === 'integer' && literal === undefined && !isNumeric ? `(${sql})::bigint` : sql;
const widest = (values: readonly TypedSql[]): Pick<TypedSql, 'isNumeric'> =>
  values.some(({isNumeric}) => isNumeric) ? {isNumeric: true} : {};
const orNull = ({sql, literal}: TypedSql): string => (literal !== undefined && Number(literal) !== 0 ? sql : `NULLIF(${sql}, 0)`);

/**
 * Tried on MySQL 9.7 and MariaDB 10.11: MySQL rounds a quotient to four digits more than the dividend has. MariaDB shows
 * as many, and reckons on with nine, cut and not rounded, as long as the dividend has five at most.
 */
const quotient = (operands: readonly TypedSql[], {flavour}: Scope): TypedSql => {
  const [a, b] = pair(operands.map(asNumber));
  if (a.kind === 'float' || b.kind === 'float') return {sql: `(${a.sql} / ${orNull(b)})`, kind: 'float'};
  if (a.scale === undefined || (flavour === 'mariadb' && a.scale > 5)) throw new NotUnderstood('/ of a number with so many digits');
  const exact = `round((${a.sql})::numeric, 20) / ${orNull(b)}`;
  if (flavour === 'mysql') return {sql: `round(${exact}, ${a.scale + 4})`, kind: 'decimal', scale: a.scale + 4};
  return {sql: `trunc(${exact}, 9)`, kind: 'decimal'};
};

const like = (isNot: boolean): OperatorRule => ({
  mysql: isNot ? 'a NOT LIKE b' : 'a LIKE b',
  postgres: 'the same, under a folding collation where the column has one (PostgreSQL 18)',
  write: (operands, scope) => {
    const [a, b] = pair(operands.map((one) => asText(one, scope)));
    const {fold} = a.fold ? a : b;
    const text = fold ? `(${a.sql}) COLLATE ${scope.collation(fold)}` : a.sql;
    return truth(`${text} ${isNot ? 'NOT ' : ''}LIKE ${b.sql}`);
  },
});

/** The two dialects agree on these signs only. */
const SIMPLE_PATTERN = /^(?:[\w ,:;@/#=!"'<>&~%-]|[\^$.*+?|()[\]])*$/;

const regexp = (isNot: boolean): OperatorRule => ({
  mysql: isNot ? 'a NOT REGEXP b' : 'a REGEXP b',
  postgres: '~ or ~*; only patterns that are written out, without backslash, braces or [[:classes:]]',
  write: (operands, scope) => {
    const [a, b] = pair(operands);
    if (b.literal === undefined || !SIMPLE_PATTERN.test(b.literal)) throw new NotUnderstood('this pattern of REGEXP');
    return truth(`${asText(a, scope).sql} ${isNot ? '!' : ''}~${a.fold ? '*' : ''} ${b.sql}`);
  },
});

const among = (isNot: boolean): OperatorRule => ({
  mysql: isNot ? 'a NOT IN (b, …)' : 'a IN (b, …)',
  postgres: 'the same',
  write: (operands, scope) => {
    const [first, ...rest] = folded(operands, scope);
    return truth(`${first} ${isNot ? 'NOT ' : ''}IN (${rest.join(', ')})`);
  },
});

const between = (isNot: boolean): OperatorRule => ({
  mysql: isNot ? 'a NOT BETWEEN b AND c' : 'a BETWEEN b AND c',
  postgres: 'the same',
  write: (operands, scope) => {
    const [a, low, high] = folded(operands, scope);
    return truth(`${a} ${isNot ? 'NOT ' : ''}BETWEEN ${low} AND ${high}`);
  },
});

const is = (word: string, ofTruth: boolean): OperatorRule => ({
  mysql: `a IS ${word}`,
  postgres: 'the same',
  write: ([a = NOTHING]) => truth(`${ofTruth ? asBoolean(a) : a.sql} IS ${word}`),
});

export const OPERATORS: Readonly<Record<string, OperatorRule>> = {
  '=': comparison('='),
  '<>': comparison('<>'),
  '<': comparison('<'),
  '<=': comparison('<='),
  '>': comparison('>'),
  '>=': comparison('>='),
  '<=>': comparison('<=>', 'IS NOT DISTINCT FROM'),
  and: logic('a AND b, a && b', 'AND'),
  or: logic('a OR b', 'OR'),
  xor: {mysql: 'a XOR b', postgres: 'a <> b of truths', write: (operands) => truth(operands.map(asBoolean).join(' <> '))},
  not: {mysql: 'NOT a, !a', postgres: 'NOT a', write: ([a = NOTHING]) => truth(`NOT ${asBoolean(a)}`)},
  '+': arithmetic('+'),
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': {
    mysql: 'a / b',
    postgres: 'round(a::numeric / NULLIF(b, 0), 4 digits more than a has), on MariaDB cut after 9; of floats a / NULLIF(b, 0)',
    write: quotient,
  },
  div: {
    mysql: 'a DIV b',
    postgres: 'div(a, NULLIF(b, 0))',
    write: (operands) => {
      const [a, b] = pair(operands.map(asNumber));
      if (a.kind === 'float' || b.kind === 'float') throw new NotUnderstood('DIV of floats');
      return {sql: `div((${a.sql})::numeric, ${orNull(b)})`, kind: 'integer', scale: 0};
    },
  },
  '%': {
    mysql: 'a % b, a MOD b, MOD(a, b)',
    postgres: 'a % NULLIF(b, 0)',
    write: (operands) => {
      const [a, b] = pair(operands.map(asNumber));
      if (a.kind === 'float' || b.kind === 'float') throw new NotUnderstood('MOD of floats');
      const kind = a.kind === 'integer' && b.kind === 'integer' ? 'integer' : 'decimal';
      return {sql: `(${wide(a)} % ${orNull(b)})`, kind, ...(kind === 'integer' ? {scale: 0, ...widest([a, b])} : {})};
    },
  },
  '&': {
    mysql: 'a & b',
    postgres: 'the same, where one of them is a number that is written out',
    write: (operands) => {
      const [a, b] = pair(operands.map(asNumber));
      if (a.kind !== 'integer' || b.kind !== 'integer' || widest([a, b]).isNumeric || (a.literal ?? b.literal) === undefined)
        throw new NotUnderstood('& of these');
      return {sql: `(${wide(a)} & ${wide(b)})`, kind: 'integer', scale: 0};
    },
  },
  negative: {
    mysql: '-a',
    postgres: 'the same',
    write: ([a = NOTHING]) => {
      const value = asNumber(a);
      return {...value, sql: `(-${wide(value)})`, ...(value.literal === undefined ? {} : {literal: `-${value.literal}`})};
    },
  },
  like: like(false),
  'not like': like(true),
  regexp: regexp(false),
  'not regexp': regexp(true),
  in: among(false),
  'not in': among(true),
  between: between(false),
  'not between': between(true),
  'is null': is('NULL', false),
  'is not null': is('NOT NULL', false),
  'is true': is('TRUE', true),
  'is not true': is('NOT TRUE', true),
  'is false': is('FALSE', true),
  'is not false': is('NOT FALSE', true),
};

/** `c + interval 1 day`: a date stays one when days or more are added. */
export const shifted = (base: TypedSql, sign: '+' | '-', amount: TypedSql, unit: string, scope: Scope): TypedSql => {
  const part = UNITS[unit];
  if (!part || !isMoment(base) || !isNumber(asNumber(amount))) throw new NotUnderstood(`${base.kind} ${sign} INTERVAL ${unit}`);
  if (base.kind === 'instant' && scope.isStored) throw new NotUnderstood('TIMESTAMP ± INTERVAL in a generated column');
  const [name, factor] = part;
  if (name !== 'secs' && asNumber(amount).kind !== 'integer') throw new NotUnderstood(`a part of a ${unit}`);
  const shift = `make_interval(${name} => ${factor === 1 ? '' : `${factor} * `}(${asNumber(amount).sql})${name === 'secs' ? '' : '::integer'})`;
  const isDay = base.kind === 'date' && ['days', 'weeks', 'months', 'years'].includes(name);
  return {
    sql: isDay ? `(${base.sql} ${sign} ${shift})::date` : `(${base.sql} ${sign} ${shift})`,
    kind: base.kind === 'date' && !isDay ? 'datetime' : base.kind,
  };
};

const UNITS: Readonly<Record<string, readonly [part: string, factor: number]>> = {
  second: ['secs', 1],
  minute: ['mins', 1],
  hour: ['hours', 1],
  day: ['days', 1],
  week: ['weeks', 1],
  month: ['months', 1],
  quarter: ['months', 3],
  year: ['years', 1],
};

export const either = (values: readonly TypedSql[], scope: Scope): TypedSql => {
  const [first = NOTHING] = alike(values, scope).filter(({kind}) => kind !== 'null');
  const scales = new Set(values.map(({scale}) => scale));
  const {kind, fold} = first;
  const isDecimal = values.some((value) => value.kind === 'decimal');
  const [scale] = scales;
  return {
    sql: '',
    kind: isDecimal && kind === 'integer' ? 'decimal' : kind,
    ...(fold ? {fold} : {}),
    ...(scales.size === 1 && scale !== undefined ? {scale} : {}),
  };
};
