/** Keys and bounds of MySQL's partitions, read from what its catalogue prints, as PostgreSQL writes them. */
import {NotUnderstood} from '../token-reader.ts';
import type {ConvertedColumn, ConvertedTable} from './converted-table.ts';
import {readExpression} from './expression.ts';
import {Reader} from './reader.ts';
import {tokens} from './tokens.ts';
import {literal} from './types.ts';

/** A column, or a function of MySQL `of` it that keeps the order of its values. */
export type KeyPart = {readonly column: ConvertedColumn; readonly of: string | undefined};

/** The key's columns; of KEY () those of the primary key. */
export const partitionKey = (table: ConvertedTable, expression: string): KeyPart[] => {
  const named = (name: string, of?: string): KeyPart => {
    const column = table.columns.find((one) => one.column.name === name);
    if (!column) throw new NotUnderstood(`the column ${name}`);
    return {column, of};
  };
  if (expression === '') {
    const primary = table.table.indexes.find(({name}) => name === 'PRIMARY');
    return (primary?.parts ?? []).map(({column}) => named(column ?? ''));
  }
  const reader = new Reader(tokens(expression));
  const parts: KeyPart[] = [];
  do {
    const tree = readExpression(reader, 0);
    const inner = tree.kind === 'call' && tree.operands.length === 1 ? tree.operands[0] : tree;
    if (inner?.kind !== 'column') throw new NotUnderstood('its parts are made of an expression');
    parts.push(named(inner.path.at(-1) ?? '', tree.kind === 'call' ? tree.name : undefined));
  } while (reader.accept(','));
  return parts;
};

const WALL_CLOCK = /^(date|timestamp.* without time zone)$/;

/** A value of the key as SQL. */
export type BoundRule = (value: string) => string;

/** `isOrdered`: bounds are compared by order and not only by equality. */
export const boundRule = ({column, of}: KeyPart, isOrdered: boolean): BoundRule => {
  const {type} = column.choice;
  if (of !== undefined) {
    const found = isOrdered ? ORDERED.find(({name, fits}) => name === of.toLowerCase() && fits.test(type)) : undefined;
    if (!found) throw new NotUnderstood(`its parts are made of ${of.toUpperCase()}(…)`);
    return (value) => literal(found.value(Number(value)));
  }
  if (/^(smallint|integer|bigint|numeric)/.test(type)) return (value) => value;
  if (WALL_CLOCK.test(type)) return (value) => (/^0000|-00/.test(value) ? refuse(value) : literal(value));
  if (!isOrdered && !column.fold && /^(text|character varying)/.test(type)) return (value) => literal(value);
  throw new NotUnderstood(`values of ${column.column.type} are ${isOrdered ? 'in another order' : 'compared otherwise'} there`);
};

const refuse = (value: string): never => {
  throw new NotUnderstood(`the bound ${value}`);
};

const DAY_MS = 86_400_000;
/** What TO_DAYS('1970-01-01') answers. */
const DAYS_BEFORE_1970 = 719_528;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Below n of the function lies what is below this value of the column. */
const ORDERED: readonly {readonly name: string; readonly fits: RegExp; value(n: number): string}[] = [
  {name: 'year', fits: WALL_CLOCK, value: (n) => `${String(n).padStart(4, '0')}-01-01`},
  {name: 'to_days', fits: WALL_CLOCK, value: (n) => dayOf((n - DAYS_BEFORE_1970) * DAY_MS)},
  {
    name: 'unix_timestamp',
    fits: /with time zone$/,
    value: (n) => new Date(n * 1000).toISOString().replace('T', ' ').replace('.000Z', '+00'),
  },
];

/** `10,'2010-01-01',MAXVALUE`. In a list every value follows the one rule. */
export const boundValues = (description: string, rules: readonly BoundRule[], isList = false): string[] => {
  const reader = new Reader(tokens(description));
  const values: string[] = [];
  do {
    const rule = isList ? rules[0] : rules[values.length];
    if (!rule) throw new NotUnderstood(`the bound ${description}`);
    values.push(valueOf(reader, rule));
  } while (reader.accept(','));
  if (reader.next.kind !== 'end') throw new NotUnderstood(`the bound ${description}`);
  return values;
};

const WORDS = ['maxvalue', 'null', 'default'];

const valueOf = (reader: Reader, rule: BoundRule): string => {
  const sign = reader.accept('-') ? '-' : '';
  const {kind, text} = reader.take();
  if (kind === 'word' && WORDS.includes(text)) return text.toUpperCase();
  if (kind !== 'number' && kind !== 'text') throw new NotUnderstood(`the bound ${text}`);
  return rule(`${sign}${text}`);
};
