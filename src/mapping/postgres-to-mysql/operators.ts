/** The operators of PostgreSQL that mean the same to MySQL. The documents are made of this table. */
import {NotUnderstood} from '../token-reader.ts';
import {alike, exactNumber, isNumber, isTruth, textOf, type TypedSql} from './typed-sql.ts';

export type OperatorRule = {
  readonly postgres: string;
  readonly mysql: string;
  readonly write: (values: readonly TypedSql[]) => TypedSql;
};

const NOTHING: TypedSql = {sql: 'NULL', kind: 'null'};
const truth = (sql: string): TypedSql => ({sql: `(${sql})`, kind: 'boolean'});

const equality = (postgres: string, mysql: (a: string, b: string) => string): OperatorRule => ({
  postgres: `a ${postgres} b`,
  mysql: mysql('a', 'b'),
  write: ([a = NOTHING, b = NOTHING]) => {
    const [left, right] = alike(a, b);
    return truth(mysql(left.sql, right.sql));
  },
});

/** Texts and labels have another order there. */
const order = (sign: string): OperatorRule => ({
  postgres: `a ${sign} b`,
  mysql: 'the same, of numbers, dates and times',
  write: ([a = NOTHING, b = NOTHING]) => {
    const [left, right] = alike(a, b);
    const isOrdered = isNumber(left) || ['date', 'datetime', 'instant', 'time', 'null'].includes(left.kind);
    if (!isOrdered) throw new NotUnderstood(`${sign} of a ${left.kind}`);
    return truth(`${left.sql} ${sign} ${right.sql}`);
  },
});

const SCALE_MAX = 30;

const arithmetic = (sign: '+' | '-' | '*'): OperatorRule => ({
  postgres: `a ${sign} b`,
  mysql: 'the same, of exact numbers',
  write: (values) => {
    const [a = NOTHING, b = NOTHING] = values.map((value) => exactNumber(value, sign));
    const [left, right] = [a.scale ?? 0, b.scale ?? 0];
    const scale = sign === '*' ? left + right : Math.max(left, right);
    if (scale > SCALE_MAX) throw new NotUnderstood(`${sign} with ${scale} digits behind the point`);
    return {sql: `(${a.sql} ${sign} ${b.sql})`, kind: a.kind === 'integer' && b.kind === 'integer' ? 'integer' : 'decimal', scale};
  },
});

const both = (word: 'AND' | 'OR'): OperatorRule => ({
  postgres: `a ${word} b`,
  mysql: 'the same',
  write: ([a = NOTHING, b = NOTHING]) => truth(`${isTruth(a).sql} ${word} ${isTruth(b).sql}`),
});

const asked = (what: string): OperatorRule => ({
  postgres: `a IS ${what}`,
  mysql: 'the same',
  write: ([a = NOTHING]) => truth(`${what.endsWith('NULL') ? a.sql : isTruth(a).sql} IS ${what}`),
});

/** A backslash in a pattern would depend on the session. */
const like = (word: 'LIKE' | 'NOT LIKE'): OperatorRule => ({
  postgres: `a ${word} b`,
  mysql: 'the same, of patterns that are written out and have no backslash',
  write: ([a = NOTHING, b = NOTHING]) => {
    if (b.literal === undefined || b.literal.includes('\\')) throw new NotUnderstood('LIKE with this pattern');
    return truth(`${textOf(a, 'LIKE').sql} ${word} ${b.sql}`);
  },
});

export const OPERATORS: Readonly<Record<string, OperatorRule>> = {
  '=': equality('=', (a, b) => `${a} = ${b}`),
  '<>': equality('<>', (a, b) => `${a} <> ${b}`),
  '<': order('<'),
  '<=': order('<='),
  '>': order('>'),
  '>=': order('>='),
  'is not distinct': equality('IS NOT DISTINCT FROM', (a, b) => `${a} <=> ${b}`),
  'is distinct': equality('IS DISTINCT FROM', (a, b) => `NOT (${a} <=> ${b})`),
  and: both('AND'),
  or: both('OR'),
  not: {postgres: 'NOT a', mysql: 'the same', write: ([a = NOTHING]) => truth(`NOT ${isTruth(a).sql}`)},
  '+': arithmetic('+'),
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  minus: {
    postgres: '-a',
    mysql: 'the same, of exact numbers',
    write: ([a = NOTHING]) => ({...exactNumber(a, '-'), sql: `(-${a.sql})`}),
  },
  '||': {
    postgres: 'a || b',
    mysql: 'CONCAT(a, b), of texts',
    write: (values) => ({sql: `CONCAT(${values.map((value) => textOf(value, '||').sql).join(', ')})`, kind: 'text'}),
  },
  like: like('LIKE'),
  'not like': like('NOT LIKE'),
  ...Object.fromEntries(
    ['NULL', 'NOT NULL', 'TRUE', 'NOT TRUE', 'FALSE', 'NOT FALSE'].map((what) => [`is ${what.toLowerCase()}`, asked(what)]),
  ),
};
