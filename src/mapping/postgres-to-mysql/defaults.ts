/** Defaults and generated columns. Whatever is not a plain value stands in brackets, which both servers take for every type. */
import type {ConvertedColumn, ConvertedTable} from './converted-table.ts';
import {columnSql, scopeOf} from './converted-table.ts';
import {type Expression, parseExpression} from './expression.ts';
import {quotedText} from './names.ts';
import {translated} from './translate.ts';
import {isNumber, type TypedSql} from './typed-sql.ts';
import type {FlavourName} from './types.ts';
import {conversion} from './values.ts';
import {NotUnderstood} from '../token-reader.ts';

export type Written = {readonly sql: string} | {readonly refused: string} | undefined;

/** Undefined: none. */
export const defaultOf = (flavour: FlavourName, converted: ConvertedColumn): Written => {
  const text = converted.column.default;
  if (text === null || converted.column.isNumbered) return undefined;
  try {
    const expression = parseExpression(text);
    const value = plainValue(expression);
    if (value !== undefined) return value === null ? undefined : valueSql(converted, value);
    return (
      made(flavour, converted, expression) ??
      fitted(
        converted,
        translated(text, () => undefined),
        'default',
      )
    );
  } catch (error) {
    if (error instanceof NotUnderstood) return {refused: error.message};
    throw error;
  }
};

/** Stored on the target whatever they are on the source. */
export const generationOf = (table: ConvertedTable, converted: ConvertedColumn): Written =>
  converted.column.generation === null
    ? undefined
    : fitted(converted, translated(converted.column.generation, scopeOf(table)), 'expression');

/** As PostgreSQL prints the value; undefined where it has to be reckoned. */
const plainValue = (expression: Expression): string | null | undefined => {
  if (expression.kind === 'cast') return expression.operand.kind === 'literal' ? plainValue(expression.operand) : undefined;
  if (expression.kind !== 'literal') return undefined;
  if (expression.type !== 'word') return expression.text;
  return {null: null, true: 't', false: 'f'}[expression.text];
};

/** The way of every value of the column; what would not come back is no default either. */
const valueSql = ({column, choice}: ConvertedColumn, text: string): Written => {
  const there = conversion(choice.conversion, choice.shape).forward(text);
  if (there === null) return {refused: 'it is a value that the type there does not have'};
  const sql = literalOf(choice.type, there);
  if (sql === undefined) return {refused: `it is no ${column.type}`};
  return {sql: /^(?:long|json)/.test(choice.type) ? `(${sql})` : sql};
};

const literalOf = (type: string, text: string): string | undefined => {
  if (/^(?:tinyint|smallint|int|bigint|decimal|float|double)/.test(type))
    return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text) ? text : undefined;
  return /^(?:bit|binary|varbinary|longblob)/.test(type) ? `X'${text.slice(2)}'` : quotedText(text);
};

const NOW: readonly string[] = [
  'now',
  'current_timestamp',
  'transaction_timestamp',
  'statement_timestamp',
  'clock_timestamp',
  'localtimestamp',
];
const NEW_UUID: readonly string[] = ['gen_random_uuid', 'uuid_generate_v4'];

/** What each row gets anew. A moment is kept in UTC there, whatever the zone of the session. */
const made = (flavour: FlavourName, {choice}: ConvertedColumn, expression: Expression): Written => {
  const name = nameOf(expression);
  const digits = choice.shape.digits ? `(${choice.shape.digits})` : '';
  if (isUtcNow(expression) && choice.conversion === 'datetime') return {sql: `(UTC_TIMESTAMP${digits})`};
  if (NOW.includes(name)) {
    if (choice.conversion === 'utc-datetime') return {sql: `(UTC_TIMESTAMP${digits})`};
    if (choice.conversion === 'datetime' || choice.conversion === 'timestamp') return {sql: `CURRENT_TIMESTAMP${digits}`};
    if (choice.conversion === 'date') return {sql: '(CURRENT_DATE)'};
  }
  if (name === 'current_date' && choice.conversion === 'date') return {sql: '(CURRENT_DATE)'};
  if (!NEW_UUID.includes(name)) return undefined;
  if (choice.conversion === 'bytes-uuid') return {sql: `(UNHEX(REPLACE(UUID(), '-', '')))`};
  return choice.type === 'char(36)' || (flavour === 'mariadb' && choice.type === 'uuid') ? {sql: '(UUID())'} : undefined;
};

const nameOf = (expression: Expression): string => {
  if (expression.kind === 'cast') return nameOf(expression.operand);
  if (expression.kind === 'call') return expression.operands.length === 0 ? expression.name : '';
  return expression.kind === 'literal' && expression.type === 'word' ? expression.text : '';
};

const isUtcNow = (expression: Expression): boolean => {
  if (expression.kind !== 'operator' || expression.name !== 'at time zone') return false;
  const [of, zone] = expression.operands;
  return zone !== undefined && /^utc$/i.test(plainValue(zone) ?? '') && of !== undefined && NOW.includes(nameOf(of));
};

/** Brought to the type of the column as PostgreSQL does when it stores the result. */
const fitted = (converted: ConvertedColumn, translation: ReturnType<typeof translated>, what: 'default' | 'expression'): Written => {
  if ('refused' in translation) return translation;
  const value = translation.translated;
  const own = columnSql(converted, '');
  if (!own || !isFitting(own, value)) return {refused: `a ${value.kind} in a column of ${converted.choice.type}`};
  return {sql: what === 'default' ? `(${value.sql})` : value.sql};
};

const isFitting = (own: TypedSql, value: TypedSql): boolean =>
  value.kind === own.kind || value.kind === 'null' || (isNumber(own) && isNumber(value) && value.kind !== 'float');
