/** An expression of MySQL as PostgreSQL's own. What the tables of operators and functions do not have is refused by name. */
import {parseExpression} from './expression.ts';
import type {Expression} from './tree.ts';
import {functionRule} from './functions.ts';
import {either, OPERATORS, shifted} from './operators.ts';
import {NotUnderstood} from '../token-reader.ts';
import {alike, asBoolean, asNumber, asOne, asText, asTime, folded, number, type Scope, textLiteral, type TypedSql} from './typed-sql.ts';

export type Translation = {readonly translated: TypedSql} | {readonly refused: string};

export const translated = (printed: string, scope: Scope): Translation => {
  try {
    return {translated: translate(parseExpression(printed), scope)};
  } catch (error) {
    if (error instanceof NotUnderstood) return {refused: error.message};
    throw error;
  }
};

export const translate = (expression: Expression, scope: Scope): TypedSql => {
  const inner = (one: Expression): TypedSql => translate(one, scope);
  switch (expression.kind) {
    case 'literal':
      return written(expression);
    case 'column': {
      const found = scope.column(expression.path);
      if (!found) throw new NotUnderstood(`the column ${expression.path.join('.')}`);
      return found;
    }
    case 'operator':
      return operation(expression, scope, inner);
    case 'call':
      return call(expression.name, expression.operands, scope, inner);
    case 'case':
      return choice(expression, scope, inner);
    case 'cast':
      return cast(inner(expression.operand), expression.type, scope);
    case 'interval':
      throw new NotUnderstood('INTERVAL in this place');
    case 'aggregate':
      if (!scope.aggregate) throw new NotUnderstood(`${expression.name.toUpperCase()} in this place`);
      return scope.aggregate(expression);
    case 'window':
      if (!scope.window) throw new NotUnderstood('a window function in this place');
      return scope.window(expression);
    case 'query':
      if (!scope.query) throw new NotUnderstood('a query in this place');
      return scope.query(expression.query, expression.isExists);
  }
};

const written = ({type, text}: Extract<Expression, {readonly kind: 'literal'}>): TypedSql => {
  switch (type) {
    case 'number':
      return number(text);
    case 'text':
      return textLiteral(text);
    case 'bytes':
      return {sql: `'\\x${text}'::bytea`, kind: 'bytes'};
    case 'word':
      return text === 'null' ? {sql: 'NULL', kind: 'null'} : {sql: text, kind: 'boolean'};
  }
};

type Inner = (one: Expression) => TypedSql;

const operation = ({name, operands}: Extract<Expression, {readonly kind: 'operator'}>, scope: Scope, inner: Inner): TypedSql => {
  const [first, second] = operands;
  if ((name === '+' || name === '-') && second?.kind === 'interval' && first)
    return shifted(inner(first), name, inner(second.amount), second.unit, scope);
  if (name === '+' && first?.kind === 'interval' && second) return shifted(inner(second), name, inner(first.amount), first.unit, scope);
  const values = operands.map(inner);
  if (first && second?.kind === 'query' && (name === 'in' || name === 'not in')) return amongRows(name, values, scope);
  if (name.startsWith('collate ')) return collated(values[0], name.slice('collate '.length));
  const rule = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!rule) throw new NotUnderstood(`the operator ${name}`);
  return rule.write(values, scope);
};

/** One column of a query, in whose rows the value is looked for. */
const amongRows = (name: string, values: readonly TypedSql[], scope: Scope): TypedSql => {
  const [value, rows] = alike(values, scope);
  if (!value || !rows || rows.sql !== values[1]?.sql || rows.pads) throw new NotUnderstood(`${name.toUpperCase()} of such a query`);
  return {sql: `(${folded([value], scope).join('')} ${name.toUpperCase()} ${rows.sql})`, kind: 'boolean'};
};

const collated = (value: TypedSql | undefined, collation: string): TypedSql => {
  if (value?.kind !== 'text') throw new NotUnderstood('COLLATE of what is no text');
  const {fold: _, pads: __, ...exact} = value;
  return {...exact, ...comparisonOf(collation)};
};

/** How texts of a collation compare. */
export const comparisonOf = (collation: string | null): Pick<TypedSql, 'fold' | 'pads'> => {
  const fold = foldOf(collation);
  return {...(fold ? {fold} : {}), ...(!collation || /_0900_|nopad|^binary$/.test(collation) ? {} : {pads: true as const})};
};

/** Of a collation by its name: `utf8mb4_0900_ai_ci`, `latin1_swedish_ci` (accents count for as little as case), `utf8mb4_bin`. */
export const foldOf = (collation: string | null): 'ai_ci' | 'as_ci' | undefined => {
  if (!collation?.endsWith('_ci')) return undefined;
  return collation.endsWith('_as_ci') ? 'as_ci' : 'ai_ci';
};

const call = (name: string, operands: readonly Expression[], scope: Scope, inner: Inner): TypedSql => {
  const rule = functionRule(name);
  if (!rule) throw new NotUnderstood(`the function ${name.toUpperCase()}`);
  const [least, most = least] = rule.takes;
  if (operands.length < least || operands.length > most) throw new NotUnderstood(`${name.toUpperCase()} of ${operands.length} values`);
  return rule.write(operands.map(inner), scope);
};

const choice = ({subject, whens, otherwise}: Extract<Expression, {readonly kind: 'case'}>, scope: Scope, inner: Inner): TypedSql => {
  const of = subject && inner(subject);
  const results = [...whens.map(({result}) => inner(result)), ...(otherwise ? [inner(otherwise)] : [])];
  const shown = asOne(results, scope);
  const lines = whens.map(({when}, i) => {
    const condition = of ? folded([of, inner(when)], scope).join(' = ') : asBoolean(inner(when));
    return ` WHEN ${condition} THEN ${shown[i]?.sql ?? 'NULL'}`;
  });
  const last = otherwise ? ` ELSE ${shown.at(-1)?.sql ?? 'NULL'}` : '';
  return {...either(shown, scope), sql: `(CASE${lines.join('')}${last} END)`};
};

const cast = (value: TypedSql, type: string, scope: Scope): TypedSql => {
  const [, name = '', size] = /^([a-z]+)(?: \( (\d+(?: , \d+)?) \))?/.exec(type) ?? [];
  if (/^using utf8mb[34]$/.test(type)) return asText(value, scope);
  if (type.startsWith('char') && / charset (?!utf8mb[34])/.test(type)) {
    if (!type.endsWith(' binary') || value.kind !== 'text') throw new NotUnderstood(`CAST AS ${type}`);
    const {fold: _, pads: __, ...exact} = value;
    return {...exact, sql: `(${exact.sql}) COLLATE "C"`};
  }
  switch (name) {
    case 'char': {
      const text = asText(value, scope);
      return size === undefined ? text : {...text, sql: `left(${text.sql}, ${size})`};
    }
    case 'signed':
      return {sql: `round((${exactNumber(value).sql})::numeric)::bigint`, kind: 'integer', scale: 0};
    case 'decimal': {
      const [digits = '10', scale = '0'] = (size ?? '').split(' , ').filter((one) => one !== '');
      return {sql: `(${exactNumber(value).sql})::numeric(${digits},${scale})`, kind: 'decimal', scale: Number(scale)};
    }
    case 'double':
      return {sql: `(${asNumber(value).sql})::double precision`, kind: 'float'};
    case 'date':
    case 'datetime':
      return castTime(value, name, size);
    default:
      throw new NotUnderstood(`CAST AS ${type.toUpperCase()}`);
  }
};

const exactNumber = (value: TypedSql): TypedSql => {
  const found = asNumber(value);
  if (found.kind === 'float') throw new NotUnderstood('CAST of a float');
  return found;
};

const castTime = (value: TypedSql, kind: 'date' | 'datetime', size: string | undefined): TypedSql => {
  const time = asTime(value, {sql: '', kind});
  if (time.kind !== 'date' && time.kind !== 'datetime') throw new NotUnderstood(`CAST of a ${value.kind} AS ${kind.toUpperCase()}`);
  return {sql: kind === 'date' ? `(${time.sql})::date` : `(${time.sql})::timestamp(${size ?? 0})`, kind};
};
