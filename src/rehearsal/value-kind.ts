/** What kind of value a column holds, by the type as its engine writes it. */
import type {Column} from '../model/table.ts';

export type ValueKind =
  | 'truth'
  | 'label'
  /** A number of which a type takes few. */
  | 'few'
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
  ...allOf('truth', 'boolean'),
  ...allOf('label', 'enum', 'set'),
  ...allOf('few', 'year'),
  ...allOf('number', 'tinyint', 'smallint', 'mediumint', 'integer', 'int', 'bigint', 'numeric', 'decimal'),
  ...allOf('number', 'real', 'double precision', 'double', 'float'),
  ...allOf('time', 'date', 'datetime'),
  interval: 'duration',
  uuid: 'uuid',
  ...allOf('text', 'character varying', 'character', 'varchar', 'char', 'citext', 'text', 'tinytext', 'mediumtext', 'longtext'),
  ...allOf('json', 'json', 'jsonb'),
  ...allOf('bytes', 'bytea', 'binary', 'varbinary', 'blob', 'tinyblob', 'mediumblob', 'longblob'),
  ...allOf('network', 'inet', 'cidr', 'macaddr', 'macaddr8', 'inet4', 'inet6'),
};

function allOf(kind: ValueKind, ...types: readonly string[]): Readonly<Record<string, ValueKind>> {
  return Object.fromEntries(types.map((type) => [type, kind]));
}

/** Of a domain, what the type beneath it says. */
export function typedOf({type, base}: Pick<Column, 'type' | 'base'>): Typed {
  const written = base ?? type;
  const bare = written.replace(/\[\]$/, '');
  const [, name = '', inside] = /^([a-z\d ]+?)(?:\((.*)\))?(?: with(?:out)? time zone| unsigned| zerofill)*$/.exec(bare) ?? [];
  return {kind: kindOf(name, inside), isList: bare !== written, lengthMax: lengthOf(name, inside)};
}

/** `tinyint(1)` is how MySQL and MariaDB write a boolean, and may be more. */
function kindOf(name: string, inside: string | undefined): ValueKind {
  if (/^time(?:stamp)?$/.test(name)) return 'time';
  return name === 'tinyint' && inside === '1' ? 'few' : (KINDS[name] ?? 'other');
}

/** One sign where a fixed length is not said. */
function lengthOf(name: string, size: string | undefined): number | undefined {
  if (!/^(?:var)?char(?:acter)?\b/.test(name)) return undefined;
  return size === undefined ? (/^char(?:acter)?$/.test(name) ? 1 : undefined) : Number(size);
}
