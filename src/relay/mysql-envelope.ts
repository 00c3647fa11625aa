/**
 * One message of Debezium for MySQL as events of ours, the same that our own reading of the log gives. Where it could mean
 * something else nothing is said, and the transaction is taken from the log.
 */
import type {Key, Row, StreamEvent} from '../model/change.ts';
import {nameOf, type Table, writtenColumns} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {object} from './debezium-envelope.ts';
import {isObject, type JsonObject, wholeNumber, word} from './exact-json.ts';
import {mysqlReader, type ReadValue} from './mysql-values.ts';

/** A table as messages tell of it. */
export type SentTable = {readonly table: Table; readonly readers: ReadonlyMap<string, ReadValue | undefined>};

/** `defaults`: of dates, by `schema.table.column`. */
export const sentTable = (table: Table, defaults: ReadonlyMap<string, string>): SentTable => ({
  table,
  readers: new Map(
    writtenColumns(table).map((column) => {
      const defaultText = defaults.get(`${nameOf(table.name)}.${column.name}`);
      return [column.name, mysqlReader({...column, ...(defaultText !== undefined && {defaultText})})];
    }),
  ),
});

/** Undefined: what it says could be something else as well. */
export function decodeRow(sent: SentTable, message: BrokerMessage, value: JsonObject): DecodedRow | undefined {
  const {table} = sent;
  const [before, after] = [value['before'], value['after']].map((row) => (isObject(row) ? wholeRow(sent, row) : null));
  if (before === undefined || after === undefined) return undefined;
  const [oldKey, key] = [before && keyOf(table, before), after && keyOf(table, after)];
  switch (value['op']) {
    case 'd':
      if (!oldKey) return undefined;
      return isHalf(message, '__debezium.newkey')
        ? {type: 'moved', oldKey}
        : {type: 'change', change: {kind: 'delete', table: table.name, key: oldKey}};
    case 'c':
      if (!after || !key) return undefined;
      return isHalf(message, '__debezium.oldkey')
        ? {type: 'arrived', key, row: after}
        : {type: 'change', change: {kind: 'insert', table: table.name, key, row: after}};
    case 'u':
      if (!after || !key || !oldKey) return undefined;
      return {type: 'change', change: {kind: 'update', table: table.name, key, row: after}};
    default:
      return undefined;
  }
}

export type DecodedRow =
  | Extract<StreamEvent, {readonly type: 'change'}>
  /** The halves of one change of key, one behind the other. */
  | {readonly type: 'moved'; readonly oldKey: Key}
  | {readonly type: 'arrived'; readonly key: Key; readonly row: Row};

const isHalf = ({headers}: BrokerMessage, header: string): boolean => headers.some(([name]) => name === header);

function wholeRow({readers, table}: SentTable, sent: JsonObject): Row | undefined {
  // A column that nobody knows of means that the schema has changed.
  if (Object.keys(sent).some((name) => !table.columns.some((column) => column.name === name))) return undefined;
  const row: Record<string, string | null> = {};
  for (const [name, read] of readers) {
    const value = sent[name];
    const text = value === undefined ? undefined : read ? read(value) : value === null ? null : undefined;
    if (text === undefined) return undefined;
    row[name] = text;
  }
  return row;
}

const keyOf = (table: Table, row: Row): Key => table.key.map((name) => row[name] ?? null);

/** Our own schema, whose tables say whose a transaction is and carry marks. */
export const OWN_SCHEMA = 'crossfade';

/** Of a row of it; undefined where it says nothing to this migration. */
export function ownEvent(value: JsonObject, short: string): StreamEvent | undefined {
  const after = value['after'];
  if (!isObject(after) || after['migration'] !== short) return undefined;
  if (sourceOf(value).table === 'tag') return {type: 'ours'};
  const content = after['content'];
  return typeof content === 'string' ? {type: 'mark', content} : undefined;
}

export const sourceOf = (value: JsonObject): {readonly schema: string; readonly table: string} => {
  const {db, table} = object(value['source'], 'source');
  return {schema: word(db), table: word(table)};
};

/** The transaction that it is of; undefined of prepared ones, of TRUNCATE, and of what else stands outside of any. */
export const transactionOf = (value: JsonObject): {readonly gtid: string; readonly order: number} | undefined => {
  const transaction = value['transaction'];
  return isObject(transaction) ? {gtid: word(transaction['id']), order: wholeNumber(transaction['total_order'], 'total_order')} : undefined;
};

/** A number that grows with the place in the log: the file's, the event's in it, and the row's in that. */
export const placeOf = (value: JsonObject): bigint => {
  const {file, pos, row} = object(value['source'], 'source');
  const number = /\.(\d+)$/.exec(word(file))?.[1];
  if (number === undefined) throw new Error('its source names no file of the log');
  return (BigInt(number) << 96n) | (BigInt(wholeNumber(pos, 'pos')) << 32n) | BigInt(wholeNumber(row, 'row'));
};
