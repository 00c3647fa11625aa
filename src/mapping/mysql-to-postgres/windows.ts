/** Functions over windows, in views. */
import {aggregated, orderKey} from './aggregates.ts';
import {NotUnderstood} from '../token-reader.ts';
import type {Expression, WindowCall} from './tree.ts';
import {folded, type Scope, type TypedSql} from './typed-sql.ts';

/** Throws NotUnderstood. */
export const windowed = ({of, partition, order, frame}: WindowCall, scope: Scope, inner: (one: Expression) => TypedSql): TypedSql => {
  const keys = partition.map(inner).map((key) => (key.kind === 'text' ? (folded([key], scope)[0] ?? key.sql) : key.sql));
  const ordered = order.map(({by, isDescending}) => `${orderKey(inner(by), scope)}${isDescending ? ' DESC NULLS LAST' : ' NULLS FIRST'}`);
  const window = [
    ...(keys.length ? [`PARTITION BY ${keys.join(', ')}`] : []),
    ...(ordered.length ? [`ORDER BY ${ordered.join(', ')}`] : []),
    ...(frame ? [frame] : []),
  ].join(' ');
  const over = ` OVER (${window})`;
  if (of.kind === 'aggregate') return aggregated(of, scope, inner, over);
  const rule = WINDOW_FUNCTIONS[of.name];
  if (!rule) throw new NotUnderstood(`the function ${of.name.toUpperCase()} over a window`);
  return rule.write(of.operands.map(inner), over, of.operands);
};

type Write = (values: readonly TypedSql[], over: string, operands: readonly Expression[]) => TypedSql;

const counting =
  (name: string): Write =>
  (_, over) => ({sql: `${name}()${over}`, kind: 'integer', scale: 0});

/** How far is written out, and what stands where there is no such row is NULL. */
const neighbour =
  (name: string): Write =>
  ([value], over, [, far, other]) => {
    if (!value || other || (far && !(far.kind === 'literal' && far.type === 'number')))
      throw new NotUnderstood(`${name.toUpperCase()} of these values`);
    const {literal: _, ...rest} = value;
    return {...rest, sql: `${name}(${value.sql}${far ? `, ${far.text}` : ''})${over}`};
  };

const edge =
  (name: string): Write =>
  ([value], over, {length}) => {
    if (!value || length !== 1) throw new NotUnderstood(`${name.toUpperCase()} of these values`);
    const {literal: _, ...rest} = value;
    return {...rest, sql: `${name}(${value.sql})${over}`};
  };

/** `docs/mysql.md` is made of this table. */
export const WINDOW_FUNCTIONS: Readonly<Record<string, {readonly mysql: string; readonly postgres: string; readonly write: Write}>> = {
  dense_rank: {mysql: 'DENSE_RANK() OVER (…)', postgres: 'the same', write: counting('dense_rank')},
  first_value: {mysql: 'FIRST_VALUE(a) OVER (…)', postgres: 'the same', write: edge('first_value')},
  lag: {mysql: 'LAG(a, n) OVER (…)', postgres: 'the same; n written out', write: neighbour('lag')},
  last_value: {mysql: 'LAST_VALUE(a) OVER (…)', postgres: 'the same', write: edge('last_value')},
  lead: {mysql: 'LEAD(a, n) OVER (…)', postgres: 'the same; n written out', write: neighbour('lead')},
  rank: {mysql: 'RANK() OVER (…)', postgres: 'the same', write: counting('rank')},
  row_number: {mysql: 'ROW_NUMBER() OVER (…)', postgres: 'the same', write: counting('row_number')},
};
