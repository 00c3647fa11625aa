/** Values that are written out, by the type that stands behind them. */
import {dateText} from '../time-text.ts';
import {NotUnderstood} from '../token-reader.ts';
import type {Expression} from './expression.ts';
import {quotedText} from './names.ts';
import {kindOfType, type TypedSql} from './typed-sql.ts';

type Literal = Extract<Expression, {readonly kind: 'literal'}>;

export const literalOf = ({type, text}: Literal, cast?: string): TypedSql => {
  if (type === 'word') return word(text);
  const kind = cast === undefined ? (type === 'number' ? 'decimal' : 'text') : kindOfType(cast);
  switch (kind) {
    case 'integer':
    case 'decimal':
    case 'float':
      return number(text, kind === 'float');
    case 'text':
      // Of a `character` the spaces at the end do not count, and MySQL has none there.
      return written(kind, /^(?:bpchar|character(?:\(|$))/.test(cast ?? '') ? text.replace(/ +$/, '') : fitting(text, cast));
    case 'label':
    case 'uuid':
      return written(kind, text);
    case 'boolean':
      return word(text.startsWith('t') ? 'true' : 'false');
    case 'date':
      return {sql: `DATE${quotedText(dateText(text) ?? refuse(text))}`, kind};
    case 'datetime':
      return {sql: `TIMESTAMP${quotedText(moment(text))}`, kind};
    case 'instant':
      return {sql: `TIMESTAMP${quotedText(moment(/^(.*)\+00$/.exec(text)?.[1] ?? refuse(text)))}`, kind};
    case 'time':
      return {sql: `TIME${quotedText(/^\d\d:\d\d:\d\d(?:\.\d{1,6})?$/.test(text) ? text : refuse(text))}`, kind};
    case 'bytes':
      return {sql: /^\\x(?:[0-9a-f]{2})+$/.test(text) ? `X'${text.slice(2)}'` : refuse(text), kind};
    default:
      throw new NotUnderstood(`the type ${cast}`);
  }
};

const word = (text: string): TypedSql => {
  if (text === 'null') return {sql: 'NULL', kind: 'null'};
  if (text === 'true' || text === 'false') return {sql: text.toUpperCase(), kind: 'boolean'};
  throw new NotUnderstood(`${text.toUpperCase()} in this place`);
};

const number = (text: string, isFloat: boolean): TypedSql => {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) refuse(text);
  const scale = /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
  const sql = text.startsWith('-') ? `(${text})` : text;
  return isFloat ? {sql: `${text}e0`, kind: 'float'} : {sql, kind: scale ? 'decimal' : 'integer', scale};
};

const written = (kind: TypedSql['kind'], text: string): TypedSql => ({sql: quotedText(text), kind, literal: text});

/** `'abc'::character varying(2)` is cut. */
const fitting = (text: string, cast = ''): string => {
  const size = /\((\d+)\)/.exec(cast)?.[1];
  return size === undefined || Array.from(text).length <= Number(size) ? text : refuse(text);
};

const moment = (text: string): string => {
  const [date = '', time = ''] = text.split(' ');
  return dateText(date) !== undefined && /^\d\d:\d\d:\d\d(?:\.\d{1,6})?$/.test(time) ? text : refuse(text);
};

const refuse = (text: string): never => {
  throw new NotUnderstood(`the value ${text}`);
};
