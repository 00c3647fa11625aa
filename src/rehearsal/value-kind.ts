/** What kind of value a column holds, by the type as its engine writes it. */
import type {Column} from '../model/table.ts';

export type ValueKind =
  | 'truth'
  | 'label'
  | 'number'
  | 'time'
  | 'duration'
  | 'uuid'
  | 'text'
  | 'json'
  | 'bytes'
  | 'network'
  /** Nothing is known of it, so nothing of it may stay. */
  | 'other';

/** `isList`: an array of such values. */
export type Typed = {readonly kind: ValueKind; readonly isList: boolean; readonly lengthMax: number | undefined};

const KINDS: Readonly<Record<string, ValueKind>> = {
  boolean: 'truth',
  enum: 'label',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  date: 'time',
  interval: 'duration',
  uuid: 'uuid',
  text: 'text',
  'character varying': 'text',
  character: 'text',
  citext: 'text',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
  inet: 'network',
  cidr: 'network',
  macaddr: 'network',
  macaddr8: 'network',
};

/** Of a domain, what the type beneath it says. */
export function typedOf({type, base}: Pick<Column, 'type' | 'base'>): Typed {
  const written = base ?? type;
  const bare = written.replace(/\[\]$/, '');
  const [, name = '', size] = /^([a-z ]+?)(?:\((\d+)[^)]*\))?(?: with(?:out)? time zone)?$/.exec(bare) ?? [];
  return {kind: kindOf(name), isList: bare !== written, lengthMax: lengthOf(name, size)};
}

const kindOf = (name: string): ValueKind => (/^time(?:stamp)?$/.test(name) ? 'time' : (KINDS[name] ?? 'other'));

/** A `character` without a size is one sign. */
function lengthOf(name: string, size: string | undefined): number | undefined {
  if (!name.startsWith('character')) return undefined;
  return size === undefined ? (name === 'character' ? 1 : undefined) : Number(size);
}
