/** Functions of several rows, in views. */
import type {Aggregate, Expression} from './tree.ts';
import {NotUnderstood} from '../token-reader.ts';
import {asNumber, asText, folded, type Scope, textLiteral, type TypedSql} from './typed-sql.ts';

/** `over`: the window, empty where rows are put together. */
type Write = (expression: Aggregate, value: TypedSql, scope: Scope, inner: Inner, over: string) => TypedSql;
type Inner = (one: Expression) => TypedSql;

/** Throws NotUnderstood. */
export const aggregated = (expression: Aggregate, scope: Scope, inner: Inner, over = ''): TypedSql => {
  const {name, operand} = expression;
  if (!operand) return {sql: `count(*)${over}`, kind: 'integer', scale: 0};
  const write = AGGREGATES[name]?.write;
  if (!write) throw new NotUnderstood(`the function ${name.toUpperCase()}`);
  return write(expression, inner(operand), scope, inner, over);
};

const distinct = ({isDistinct}: Aggregate): string => (isDistinct ? 'DISTINCT ' : '');
/** As it is compared. */
const shown = (value: TypedSql, scope: Scope): string => (value.kind === 'text' ? (folded([value], scope)[0] ?? value.sql) : value.sql);

export const orderKey = (value: TypedSql, scope: Scope): string =>
  value.enumSql !== undefined && value.sql === `(${value.enumSql})::text` ? value.enumSql : shown(value, scope);

const extreme =
  (name: string): Write =>
  (_, value, scope, __, over) => {
    if (['boolean', 'bytes', 'json', 'null'].includes(value.kind)) throw new NotUnderstood(`${name.toUpperCase()} of a ${value.kind}`);
    const {literal: ___, ...rest} = value;
    return {...rest, sql: `${name}(${value.fold ? `(${value.sql}) COLLATE ${scope.collation(value.fold)}` : value.sql})${over}`};
  };

const sum: Write = (expression, operand, _, __, over) => {
  const value = asNumber(operand);
  if (value.kind === 'float') return {sql: `sum(${distinct(expression)}${value.sql})${over}`, kind: 'float'};
  const {scale} = value;
  return {sql: `sum(${distinct(expression)}(${value.sql})::numeric)${over}`, kind: 'decimal', ...(scale === undefined ? {} : {scale})};
};

const average: Write = (expression, operand, _, __, over) => {
  const value = asNumber(operand);
  if (value.kind === 'float') return {sql: `avg(${distinct(expression)}${value.sql})${over}`, kind: 'float'};
  if (value.scale === undefined) throw new NotUnderstood('AVG of a number with so many digits');
  const scale = value.scale + 4;
  return {sql: `round(avg(${distinct(expression)}(${value.sql})::numeric)${over}, ${scale})`, kind: 'decimal', scale};
};

const groupConcat: Write = (expression, value, scope, inner, over) => {
  if (over) throw new NotUnderstood('GROUP_CONCAT over a window');
  const {sql} = asText(value, scope);
  const order = expression.order.map(({by, isDescending}) => {
    const key = inner(by);
    // Of distinct values PostgreSQL orders by the text only.
    if (expression.isDistinct && (key.sql !== sql || key.enumSql))
      throw new NotUnderstood('GROUP_CONCAT(DISTINCT …) in the order of something else');
    return `${orderKey(key, scope)} ${isDescending ? 'DESC NULLS LAST' : 'NULLS FIRST'}`;
  });
  const text = expression.isDistinct ? shown({...value, sql}, scope) : sql;
  const behind = order.length ? ` ORDER BY ${order.join(', ')}` : '';
  return {sql: `string_agg(${distinct(expression)}${text}, ${textLiteral(expression.separator).sql}${behind})`, kind: 'text'};
};

/** `docs/mysql.md` is made of this table. */
export const AGGREGATES: Readonly<Record<string, {readonly mysql: string; readonly postgres: string; readonly write: Write}>> = {
  avg: {mysql: 'AVG(a)', postgres: 'round(avg(a::numeric), 4 digits more than a has); of floats avg(a)', write: average},
  count: {
    mysql: 'COUNT(a), COUNT(DISTINCT a), COUNT(*)',
    postgres: 'the same',
    write: (expression, value, scope, _, over) => ({
      sql: `count(${distinct(expression)}${shown(value, scope)})${over}`,
      kind: 'integer',
      scale: 0,
    }),
  },
  group_concat: {
    mysql: 'GROUP_CONCAT(a ORDER BY b SEPARATOR s)',
    postgres: 'string_agg(a, s ORDER BY b), of any length; DISTINCT only in the order of a',
    write: groupConcat,
  },
  max: {mysql: 'MAX(a)', postgres: 'max(a), under the collation that folds where the column has one', write: extreme('max')},
  min: {mysql: 'MIN(a)', postgres: 'min(a), under the collation that folds where the column has one', write: extreme('min')},
  sum: {mysql: 'SUM(a)', postgres: 'sum(a::numeric); of floats sum(a)', write: sum},
};
