/** A piece of MySQL SQL with what is known of its values: what PostgreSQL does with them depends on it. */
import {NotUnderstood} from '../token-reader.ts';

export type Kind =
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'label'
  | 'uuid'
  | 'bytes'
  | 'date'
  | 'datetime'
  | 'instant'
  | 'time'
  | 'null';

export type TypedSql = {
  readonly sql: string;
  readonly kind: Kind;
  /** What a text was written as. */
  readonly literal?: string;
  /** Of a number that is exact: the most digits behind its point. */
  readonly scale?: number;
};

const KINDS: Readonly<Record<string, Kind>> = {
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'decimal',
  real: 'float',
  'double precision': 'float',
  text: 'text',
  'character varying': 'text',
  character: 'text',
  bpchar: 'text',
  uuid: 'uuid',
  bytea: 'bytes',
  date: 'date',
  'timestamp without time zone': 'datetime',
  'timestamp with time zone': 'instant',
  'time without time zone': 'time',
};

/** Of a type as an expression names it; whatever has a schema in front is a type of users, whose labels these are. */
export const kindOfType = (type: string): Kind | undefined => (type.includes('.') ? 'label' : KINDS[type.replace(/\(.*\)/, '')]);

const NUMBERS: readonly Kind[] = ['integer', 'decimal', 'float'];
export const isNumber = ({kind}: TypedSql): boolean => NUMBERS.includes(kind);

export const exactNumber = (value: TypedSql, what: string): TypedSql => {
  if (value.kind !== 'integer' && value.kind !== 'decimal') throw new NotUnderstood(`${what} of a ${value.kind}`);
  return value;
};

export const isTruth = (value: TypedSql): TypedSql => {
  if (value.kind !== 'boolean' && value.kind !== 'null') throw new NotUnderstood(`a ${value.kind} as a condition`);
  return value;
};

export const textOf = (value: TypedSql, what: string): TypedSql => {
  if (value.kind !== 'text') throw new NotUnderstood(`${what} of a ${value.kind}`);
  return value;
};

/** Two values that compare by the same rules on both sides. */
export const alike = (a: TypedSql, b: TypedSql): readonly [TypedSql, TypedSql] => {
  const isAlike = a.kind === b.kind || a.kind === 'null' || b.kind === 'null' || (isNumber(a) && isNumber(b));
  if (!isAlike) throw new NotUnderstood(`a ${a.kind} beside a ${b.kind}`);
  return [a, b];
};

/** Casts that leave the value as it is. A length could cut, and a scale could round. */
export const castTo = (value: TypedSql, kind: Kind | undefined, type: string): TypedSql => {
  const isWider = kind === 'decimal' || (kind === 'float' && value.kind !== 'integer');
  const stays =
    kind === value.kind ||
    value.kind === 'null' ||
    (value.kind === 'label' && kind === 'text') ||
    (value.kind === 'integer' && (isWider || kind === 'float'));
  if (!stays || type.includes('(') || kind === undefined) throw new NotUnderstood(`a cast of a ${value.kind} to ${type}`);
  return {...value, kind};
};
