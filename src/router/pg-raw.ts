/** Answers of PostgreSQL as the server has sent them, and what their columns are. */
import type pg from 'pg';
import type {PgStatements} from './pg-pool.ts';
import type {RawAnswer, RawKind, RawValue} from './raw-answer.ts';
import type {Statement} from './router-side.ts';

export async function pgRaw({query}: PgStatements, {sql, parameters = []}: Statement): Promise<RawAnswer> {
  const {fields, rows} = await query<RawValue[]>({text: sql, values: [...parameters], rowMode: 'array', types: AS_TEXT});
  return {columns: fields.map(({name, dataTypeID}) => ({name, kind: kindOf(dataTypeID)})), rows};
}

const AS_TEXT: pg.CustomTypesConfig = {getTypeParser: () => (value: unknown) => value};

const kindOf = (type: number): RawKind => KINDS.get(type) ?? (type >= FIRST_OWN_TYPE ? 'label' : 'other');

/** From here on types are a database's own: an enum's label is what it prints. */
const FIRST_OWN_TYPE = 16_384;

const KINDS: ReadonlyMap<number, RawKind> = new Map<number, RawKind>([
  [16, 'boolean'],
  ...[20, 21, 23, 26, 1700].map((oid) => [oid, 'number'] as const),
  [700, 'float'],
  [701, 'double'],
  // inet as well: an address without a mask prints itself.
  ...[18, 19, 25, 869, 1043].map((oid) => [oid, 'text'] as const),
  [1042, 'padded'],
  ...[1009, 1015].map((oid) => [oid, 'array'] as const),
  [2950, 'uuid'],
  [17, 'bytes'],
  ...[1560, 1562].map((oid) => [oid, 'bits'] as const),
  [1082, 'date'],
  [1114, 'datetime'],
  [1184, 'moment'],
  ...[1083, 1186].map((oid) => [oid, 'time'] as const),
  ...[114, 3802].map((oid) => [oid, 'json'] as const),
]);
