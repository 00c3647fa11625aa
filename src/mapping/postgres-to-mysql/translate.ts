/**
 * Expressions of checks, generated columns and defaults in the SQL of MySQL. What neither table of this folder names is
 * refused with its own text: nothing is passed on in the hope that it means the same.
 */
import {NotUnderstood} from '../token-reader.ts';
import {type Expression, parseExpression} from './expression.ts';
import {FUNCTIONS} from './functions.ts';
import {literalOf} from './literals.ts';
import {OPERATORS} from './operators.ts';
import {alike, castTo, isTruth, kindOfType, type TypedSql} from './typed-sql.ts';

/** Undefined: no such column, or one whose values are not the same to an expression there. */
export type Scope = (column: string) => TypedSql | undefined;
export type Translation = {readonly translated: TypedSql} | {readonly refused: string};

export const translated = (printed: string, scope: Scope): Translation => {
  try {
    return {translated: translate(parseExpression(printed), scope)};
  } catch (error) {
    if (error instanceof NotUnderstood) return {refused: error.message};
    throw error;
  }
};

const translate = (expression: Expression, scope: Scope): TypedSql => {
  const inner = (one: Expression): TypedSql => translate(one, scope);
  switch (expression.kind) {
    case 'literal':
      return literalOf(expression);
    case 'column': {
      const found = scope(expression.name);
      if (!found) throw new NotUnderstood(`the column ${expression.name}`);
      return found;
    }
    case 'cast':
      return cast(expression, inner);
    case 'operator':
      return operation(expression, inner);
    case 'call':
      return call(expression, inner);
    case 'case':
      return choice(expression, inner);
    case 'list':
      throw new NotUnderstood('ARRAY in this place');
  }
};

type Inner = (one: Expression) => TypedSql;

const cast = ({operand, type}: Extract<Expression, {readonly kind: 'cast'}>, inner: Inner): TypedSql =>
  operand.kind === 'literal' ? literalOf(operand, type) : castTo(inner(operand), kindOfType(type), type);

const operation = ({name, operands}: Extract<Expression, {readonly kind: 'operator'}>, inner: Inner): TypedSql => {
  const [first, second] = operands;
  if ((name === 'in' || name === 'not in') && first && second) return membership(inner(first), name, elementsOf(second), inner);
  const rule = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!rule) throw new NotUnderstood(`the operator ${name}`);
  return rule.write(operands.map(inner));
};

/** The elements of `ARRAY[…]`, each with the casts that the array as a whole has. */
const elementsOf = (list: Expression): readonly Expression[] => {
  if (list.kind === 'list') return list.elements;
  if (list.kind !== 'cast' || !list.type.endsWith('[]')) throw new NotUnderstood('ANY or ALL of what is not written out');
  const type = list.type.slice(0, -2);
  return elementsOf(list.operand).map((operand) => ({kind: 'cast', operand, type}));
};

const membership = (of: TypedSql, name: string, elements: readonly Expression[], inner: Inner): TypedSql => {
  const values = elements.map((element) => alike(of, inner(element))[1]);
  return {sql: `(${of.sql} ${name.toUpperCase()} (${values.map(({sql}) => sql).join(', ')}))`, kind: 'boolean'};
};

const call = ({name, operands}: Extract<Expression, {readonly kind: 'call'}>, inner: Inner): TypedSql => {
  const rule = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!rule) throw new NotUnderstood(`the function ${name}`);
  const [least, most = least] = rule.takes;
  if (operands.length < least || operands.length > most) throw new NotUnderstood(`${name} of ${operands.length} values`);
  return rule.write(operands.map(inner));
};

const choice = ({whens, otherwise}: Extract<Expression, {readonly kind: 'case'}>, inner: Inner): TypedSql => {
  const results = [...whens.map(({result}) => inner(result)), ...(otherwise ? [inner(otherwise)] : [])];
  const kind = results.find((one) => one.kind !== 'null') ?? {kind: 'null' as const};
  for (const one of results) if (one.kind !== 'null' && one.kind !== kind.kind) throw new NotUnderstood('CASE of several kinds');
  const lines = whens.map(({when}, i) => ` WHEN ${isTruth(inner(when)).sql} THEN ${results[i]?.sql ?? 'NULL'}`);
  const last = otherwise ? ` ELSE ${results.at(-1)?.sql ?? 'NULL'}` : '';
  return {...kind, sql: `(CASE${lines.join('')}${last} END)`};
};
