/** Defaults and generated columns. MySQL prints a default that is a text without quotes, MariaDB as an expression. */
import type {MysqlColumn, MysqlSchema} from '../../model/mysql-schema.ts';
import type {ConvertedColumn} from './converted-table.ts';
import {translated, type Translation} from './translate.ts';
import {asBoolean, asNumber, type Scope, type TypedSql} from './typed-sql.ts';
import {literal} from './types.ts';
import {conversion} from './values.ts';

/** `absent`: a value that the target does not have, so that rows have to bring one. */
export type Written = {readonly sql: string} | {readonly refused: string} | {readonly absent: string} | undefined;

export const isGenerated = ({generation}: MysqlColumn): boolean => generation !== null && generation !== '';
export const isIdentity = ({extra}: MysqlColumn): boolean => /\bauto_increment\b/i.test(extra);

/** `DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)`: the digits, or undefined. */
export const onUpdate = ({extra}: MysqlColumn): number | undefined => {
  const found = /\bon update current_timestamp(?:\((\d*)\))?/i.exec(extra);
  return found ? Number(found[1] ?? 0) : undefined;
};

/** Undefined: none. */
export const defaultOf = (flavour: MysqlSchema['flavour'], converted: ConvertedColumn, scope: Scope): Written => {
  const {column} = converted;
  const text = column.defaultText;
  if (text === null || isGenerated(column) || isIdentity(column)) return undefined;
  if (flavour === 'mariadb') {
    if (/^null$/i.test(text)) return undefined;
    const quoted = /^'((?:[^'\\]|''|\\.)*)'$/s.exec(text)?.[1];
    if (quoted === undefined) return /^[-\d.]+$/.test(text) ? value(converted, text) : expression(converted, text, scope);
    return value(
      converted,
      quoted.replaceAll(/''|\\(.)/gs, (all, one?: string) => (one === undefined ? all.slice(1) : (ESCAPES[one] ?? one))),
    );
  }
  return /\bDEFAULT_GENERATED\b/i.test(column.extra) || isWritten(column.type, text)
    ? expression(converted, text, scope)
    : value(converted, memberText(column, text));
};

/** Of an ENUM or SET without a character set MySQL prints the bytes of the member. */
const memberText = ({type, characterSet}: MysqlColumn, text: string): string => {
  const hex = characterSet === null && /^(?:enum|set)\(/i.test(type) ? /^0x((?:[\da-f]{2})*)$/i.exec(text)?.[1] : undefined;
  return hex === undefined ? text : Buffer.from(hex, 'hex').toString();
};

/** The two kinds of value that MySQL prints as SQL; in a column of texts the same signs are a text. */
const isWritten = (type: string, text: string): boolean =>
  (/^bit/i.test(type) && /^b'[01]*'$/i.test(text)) || (/^(?:var)?binary/i.test(type) && /^0x[\da-f]+$/i.test(text));

const ESCAPES: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', '0': '\0', Z: '\x1a'};

/** The way of every value of the column; what would not come back is no default either. */
const value = ({choice, shape, type, zero}: ConvertedColumn, text: string): Written => {
  if (text === zero) return undefined; // NULL, which is the default of a column without one
  if (type === 'bytea') return bytesOf(text);
  const there = conversion(choice.conversion, shape).forward(text.replace(/^(-?)0+(?=\d+$)/, choice.conversion === 'same' ? '$1' : '$&'));
  return there === null
    ? {absent: `the default ${text} is left out, because it is no value on the target`}
    : {sql: literal(there).replace(/^'(-?\d+(?:\.\d+)?)'$/, numberOf(type))};
};

const bytesOf = (text: string): Written => ({sql: `'\\x${Buffer.from(text).toString('hex')}'::bytea`});

const numberOf = (type: string): string => (/^(?:smallint|integer|bigint|numeric|real|double)/.test(type) ? '$1' : '$&');

const expression = (converted: ConvertedColumn, text: string, scope: Scope): Written => fitted(converted, translated(text, scope));

/** Generated columns are stored on the target whatever they are on the source: PostgreSQL before 18 knows no others. */
export const generationOf = (converted: ConvertedColumn, scope: Scope): Written =>
  fitted(converted, translated(converted.column.generation ?? '', scope));

/** Brought to the type of the column as the source does when it stores the result. */
const fitted = ({choice, type}: ConvertedColumn, translation: Translation): Written => {
  if ('refused' in translation) return translation;
  const value = translation.translated;
  const kind = kindOf(choice.type);
  if (choice.type.startsWith('bit(') && value.literal !== undefined) {
    const bits = Number(/\d+/.exec(choice.type)?.[0]);
    return {sql: `B'${BigInt(value.literal).toString(2).padStart(bits, '0')}'`};
  }
  if (kind === 'truth' && value.literal !== undefined) return {sql: String(Number(value.literal) !== 0)};
  if (kind === 'bytes' && value.kind === 'text' && value.literal !== undefined) return bytesOf(value.literal);
  if (value.kind === 'null') return {sql: value.sql};
  if (kind === 'truth') return attempt(() => asBoolean(value), value, type);
  if (kind === 'number') return attempt(() => `(${asNumber(value).sql})::${type}`, value, type);
  if (!FITTING[kind].includes(value.kind)) return {refused: `a ${value.kind} in a column of ${type}`};
  return {sql: kind === 'moment' || kind === 'uuid' ? `(${value.sql})::${type}` : value.sql};
};

const FITTING: Readonly<Record<'moment' | 'text' | 'uuid' | 'json' | 'bytes' | 'time' | 'other', readonly string[]>> = {
  moment: ['date', 'datetime', 'instant'],
  text: ['text'],
  uuid: ['text'],
  json: ['json'],
  bytes: ['bytes'],
  time: ['time'],
  other: [],
};

const attempt = (write: () => string, value: TypedSql, type: string): Written =>
  value.kind === 'text' || value.kind === 'json' || value.kind === 'bytes'
    ? {refused: `a ${value.kind} in a column of ${type}`}
    : {sql: write()};

const kindOf = (type: string): 'truth' | 'number' | keyof typeof FITTING => {
  if (type === 'boolean') return 'truth';
  if (/^(?:smallint|integer|bigint|numeric|real|double)/.test(type)) return 'number';
  if (type === 'text' || type.startsWith('character varying')) return 'text';
  if (/^(?:date|timestamp)/.test(type)) return 'moment';
  if (type.startsWith('interval')) return 'time';
  return type === 'jsonb' ? 'json' : type === 'bytea' ? 'bytes' : type === 'uuid' ? 'uuid' : 'other';
};
