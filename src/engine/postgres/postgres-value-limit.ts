/**
 * One value above the limit is refused by table, column and key. The stream carries values as texts, and a text has an end:
 * JavaScript holds half a gigabyte in one, and a bytea takes two characters a byte. Looked for before anything is made of it.
 */
import type {MessageRelation} from 'pg-logical-replication/dist/output-plugins/pgoutput/pgoutput.types.js';
import {TerminalError} from '../../model/errors.ts';
import {nameOf, type Table, writtenColumns} from '../../model/table.ts';
import type {KeyRange, OpenOptions} from '../engine.ts';
import {fromClause, keyList} from './postgres-compare-statements.ts';
import type {TextRow} from './postgres-session.ts';
import {quoteName, rangeCondition} from './postgres-sql.ts';

/** Where the plan says nothing. */
const VALUE_BYTES_MAX = 128 * 1024 ** 2;
/** More of a key is not shown. */
const KEY_CHARACTERS_MAX = 200;
const BYTEA = 17;

export const valueBytesMax = (options: Pick<OpenOptions, 'valueBytesMax'>): number => options.valueBytesMax ?? VALUE_BYTES_MAX;

type Found = {readonly table: string; readonly column: string; readonly key: string; readonly bytes: number | string; readonly max: number};

const tooLarge = ({table, column, key, bytes, max}: Found): TerminalError =>
  new TerminalError(
    `${table} has a value of ${bytes} bytes in ${column} where ${key.slice(0, KEY_CHARACTERS_MAX)}, and load.valueMax is ${max} bytes`,
    {code: 'CF-APPLY-003', next: 'crossfade explain CF-APPLY-003'},
  );

/** Throws for a row message of pgoutput that carries such a value; a shorter message cannot. */
export const refuseLargeValue = (message: Buffer, relations: ReadonlyMap<number, MessageRelation>, max: number): void => {
  if (message.length <= max || !'IUD'.includes(String.fromCharCode(message[0] ?? 0))) return;
  const relation = relations.get(message.readInt32BE(1));
  if (!relation) return; // the parser says so
  for (let at = 5; at < message.length; ) at = readTuple(message, at + 1, relation, max);
};

/** One tuple, whose kind (new, old or key) is the byte before it; answers where it ends. */
const readTuple = (message: Buffer, start: number, relation: MessageRelation, max: number): number => {
  const count = message.readInt16BE(start);
  const key: string[] = [];
  let large: {readonly column: string; readonly bytes: number} | undefined;
  let at = start + 2;
  for (const column of relation.columns.slice(0, count)) {
    const isText = message[at] === 0x74;
    const length = isText ? message.readInt32BE(at + 1) : 0;
    const from = at + (isText ? 5 : 1);
    const bytes = column.typeOid === BYTEA ? (length - 2) / 2 : length;
    if (bytes > max) large ??= {column: column.name, bytes};
    if (column.flags & 1) key.push(`${column.name} = ${message.toString('utf8', from, from + Math.min(length, KEY_CHARACTERS_MAX))}`);
    at = from + length;
  }
  if (large) throw tooLarge({...large, table: `${relation.schema}.${relation.name}`, key: key.join(', '), max});
  return at;
};

/** Types whose values are small whatever they are. */
const SMALL =
  /^(smallint|integer|bigint|real|double precision|boolean|date|interval|money|uuid|oid|pg_lsn|inet|cidr|name|"char"|(time|timestamp|macaddr|numeric\().*)$/;

/** The first row of a range with such a value; absent where no column of the table can have one. Lengths of texts and bytes are read without the values. */
export const largeValueQuery = (table: Table, range: KeyRange, max: number): string | undefined => {
  const columns = writtenColumns(table).filter(({type}) => !SMALL.test(type));
  if (!columns.length) return undefined;
  const lengths = columns.map(
    ({name, type}) => `octet_length(${quoteName(name)}${/^(text|bytea|character varying.*)$/.test(type) ? '' : '::text'})`,
  );
  const list = lengths.map((length, i) => `${length}::text AS l${i}`).join(', ');
  const isLarge = lengths.map((length) => `${length} > ${max}`).join(' OR ');
  const key = table.key.length ? `${keyList(table)}, ` : '';
  return `SELECT ${key}${list} ${fromClause(table)} WHERE ${rangeCondition(table, range)} AND (${isLarge}) LIMIT 1`;
};

/** For a row that the query has found. */
export const largeValueFound = (table: Table, row: TextRow, max: number): TerminalError => {
  const columns = writtenColumns(table).filter(({type}) => !SMALL.test(type));
  const at = columns.findIndex((_, i) => Number(row[`l${i}`]) > max);
  const key = table.key.map((name, i) => `${name} = ${row[`k${i}`] ?? 'NULL'}`).join(', ');
  return tooLarge({table: nameOf(table.name), column: columns[at]?.name ?? '', bytes: row[`l${at}`] ?? '', key, max});
};
