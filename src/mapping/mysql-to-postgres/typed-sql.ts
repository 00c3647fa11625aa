/** A piece of PostgreSQL SQL with what is known of its values: what MySQL does with them depends on it. */
import type {Aggregate, Query, WindowCall} from './tree.ts';
import {NotUnderstood} from '../token-reader.ts';
import {literal} from './types.ts';

export type Kind =
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'bytes'
  | 'date'
  | 'datetime'
  | 'instant'
  | 'time'
  | 'json'
  | 'null';

export type TypedSql = {
  readonly sql: string;
  readonly kind: Kind;
  /** Of a text: how it compares. Absent: exactly. */
  readonly fold?: Fold;
  /** Of a text: spaces at its end do not count. */
  readonly pads?: true;
  /** The ENUM whose text this is: as MySQL, it orders by the order of its members. */
  readonly enumSql?: string;
  /** What a text or number was written as. */
  readonly literal?: string;
  /** Digits behind the point that MySQL and PostgreSQL both have; absent where they differ. */
  readonly scale?: number;
  /** Of an integer: its type is numeric, because 64 bits without a sign have no other. */
  readonly isNumeric?: true;
};

/** Case does not count, or neither case nor accents. */
export type Fold = 'as_ci' | 'ai_ci';

export type Scope = {
  /** Undefined: no such column. */
  column(path: readonly string[]): TypedSql | undefined;
  /** The flavours do not divide alike. */
  readonly flavour: 'mysql' | 'mariadb';
  /** A generated column: nothing may depend on settings of the session. */
  readonly isStored: boolean;
  /** In a view only: what stands for several rows, and what a query answers. */
  aggregate?(expression: Aggregate): TypedSql;
  window?(expression: WindowCall): TypedSql;
  query?(query: Query, isExists: boolean): TypedSql;
  /** The collation that folds, as SQL. */
  collation(fold: Fold): string;
};

export const asBoolean = (value: TypedSql): string => {
  if (value.kind === 'boolean' || value.kind === 'null') return value.sql;
  if (isNumber(value)) return `(${value.sql} <> 0)`;
  throw new NotUnderstood(`a ${value.kind} taken for a truth`);
};

export const isNumber = ({kind}: TypedSql): boolean => kind === 'integer' || kind === 'decimal' || kind === 'float';

/** True is 1. A text is a number only when it is written as one. */
export const asNumber = (value: TypedSql): TypedSql => {
  if (isNumber(value) || value.kind === 'null') return value;
  if (value.kind === 'boolean') return {sql: `(${value.sql})::integer`, kind: 'integer', scale: 0};
  if (value.kind === 'text' && value.literal !== undefined && /^-?\d+(?:\.\d+)?$/.test(value.literal)) return number(value.literal);
  throw new NotUnderstood(`a ${value.kind} taken for a number`);
};

export const number = (text: string): TypedSql => {
  if (/e/i.test(text)) return {sql: `${text}::double precision`, kind: 'float', literal: text};
  const scale = (text.split('.')[1] ?? '').length;
  return {sql: text, kind: text.includes('.') ? 'decimal' : 'integer', scale, literal: text};
};

export const textLiteral = (text: string): TypedSql => ({
  sql: text.includes('\\') ? `E${literal(text.replaceAll('\\', '\\\\'))}` : literal(text),
  kind: 'text',
  literal: text,
});

/** As MySQL would print it, where both print alike. */
export const asText = (value: TypedSql, scope: Scope): TypedSql => {
  switch (value.kind) {
    case 'text':
      return value;
    case 'null':
      return {sql: 'NULL::text', kind: 'text'};
    case 'boolean':
      return {sql: `(${value.sql})::integer::text`, kind: 'text'};
    case 'integer':
      return {sql: `(${value.sql})::text`, kind: 'text'};
    case 'decimal':
      if (value.scale !== undefined) return {sql: `(${value.sql})::numeric::text`, kind: 'text'};
      break;
    case 'date':
      if (!scope.isStored) return {sql: `to_char(${value.sql}, 'YYYY-MM-DD')`, kind: 'text'};
      break;
    case 'float':
    case 'datetime':
    case 'instant':
    case 'time':
    case 'bytes':
    case 'json':
  }
  throw new NotUnderstood(`a ${value.kind} taken for a text`);
};

const TEMPORAL = {date: 'DATE', datetime: 'TIMESTAMP', instant: 'TIMESTAMPTZ', time: 'INTERVAL'} as const;
export const isMoment = ({kind}: TypedSql): boolean => kind === 'date' || kind === 'datetime' || kind === 'instant';
const isTemporal = ({kind}: TypedSql): boolean => kind in TEMPORAL;

/** A text that is written where a time is needed. */
export const asTime = (value: TypedSql, like: TypedSql): TypedSql => {
  if (isTemporal(value) || value.literal === undefined) return value;
  const {kind} = like;
  if (!(kind in TEMPORAL)) return value;
  const isLong = value.literal.includes(':') && kind === 'date';
  const to = isLong ? 'datetime' : (kind as keyof typeof TEMPORAL);
  if (!/^[\d\s:.-]+$/.test(value.literal)) throw new NotUnderstood(`${value.literal} taken for a ${kind}`);
  return {sql: `${TEMPORAL[to]} ${literal(to === 'instant' ? `${value.literal}+00` : value.literal)}`, kind: to};
};

/** Two or more values that are compared with each other, or stand for each other, brought to one kind. */
export const alike = (values: readonly TypedSql[], scope: Scope): TypedSql[] => {
  const known = values.filter(({kind}) => kind !== 'null');
  const time = known.find(isTemporal);
  if (time) {
    const times = values.map((value) => (value.kind === 'text' ? asTime(value, time) : value));
    const fits = (value: TypedSql): boolean => value.kind === 'null' || value.kind === time.kind || (isDay(value) && isDay(time));
    if (times.every(fits)) return times;
  } else if (known.every(({kind}) => kind === 'boolean')) return [...values];
  else if (known.every((value) => isNumber(value) || value.kind === 'boolean' || value.literal !== undefined) && known.some(isNumber))
    return values.map(asNumber);
  else if (known.every(({kind}) => kind === 'text')) {
    const {fold, pads} = {...known.find((value) => value.fold), ...known.find((value) => value.pads)};
    return values.map((value) =>
      value.kind === 'text' ? {...value, ...(fold ? {fold} : {}), ...(pads ? {pads} : {})} : asText(value, scope),
    );
  } else if (known.every(({kind}) => kind === known[0]?.kind)) return [...values];
  throw new NotUnderstood(`${[...new Set(known.map(({kind}) => kind))].join(' and ')} together`);
};

/** Several values of which one is the result: a text as soon as one of them is a text. */
export const asOne = (values: readonly TypedSql[], scope: Scope): TypedSql[] => {
  const isMixed = values.some(({kind}) => kind === 'text') && values.some(({kind}) => kind !== 'text' && kind !== 'null');
  return alike(isMixed ? values.map((value) => asText(value, scope)) : values, scope);
};

const isDay = ({kind}: TypedSql): boolean => kind === 'date' || kind === 'datetime';

/** For a comparison: under the collation that folds, and without the spaces that do not count. */
export const folded = (values: readonly TypedSql[], scope: Scope): string[] =>
  alike(values, scope).map((value, i) => {
    const shown = value.pads ? unpadded(value) : value.sql;
    const isBare = value.literal !== undefined && i > 0;
    return value.fold && !isBare ? `(${shown}) COLLATE ${scope.collation(value.fold)}` : shown;
  });

const unpadded = ({sql, literal: text}: TypedSql): string =>
  text === undefined ? `rtrim(${sql}, ' ')` : textLiteral(text.replace(/ +$/, '')).sql;
