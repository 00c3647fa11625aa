/**
 * One message of Debezium for PostgreSQL, key, value and headers as bytes, as a change of ours. What it does not carry exactly
 * becomes `reread`, and what cannot be understood ends the stream with its topic, partition and offset: nothing is guessed.
 * The settings that it relies on are in postgres-connector.ts.
 */
import type {Change, Key, Row} from '../model/change.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import {type Table, writtenColumns} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {decodeValue, isCarried} from './debezium-values.ts';
import {elements, ExactNumber, isObject, type Json, type JsonObject, parseExactJson, word} from './exact-json.ts';

/** Where the change stands in the source's log. */
export type EventPlace = {
  readonly transaction: string;
  /** Of the change itself. Both halves of a change of key have the same. */
  readonly lsn: bigint;
  /** Of the last commit that was sent before it; absent before the first. */
  readonly commitBefore: bigint | undefined;
};

export type Decoded =
  | {readonly type: 'change'; readonly change: Change; readonly place: EventPlace}
  /** Follows a delete, for topics that are compacted; says nothing new. */
  | {readonly type: 'tombstone'};

export type Envelope = {
  readonly table: Table;
  /** What the connector sends for an unchanged large value. */
  readonly placeholder: string;
};

/** Throws CF-RELAY-004 where the message is none of Debezium's about that table. */
export function decodeMessage(envelope: Envelope, message: BrokerMessage): Decoded {
  return understood(message, () => {
    const value = valueOf(message);
    if (value === undefined) return {type: 'tombstone'};
    return {type: 'change', change: decodeChange(envelope, message, value), place: placeOf(value)};
  });
}

/** Of a message whose value is read already. */
export function decodeChange({table, placeholder}: Envelope, message: BrokerMessage, value: JsonObject): Change {
  requireTable(table, value);
  return changeOf(table, message, value, placeholders(placeholder));
}

/** Undefined of a tombstone. */
export const valueOf = ({value}: BrokerMessage): JsonObject | undefined =>
  value === null ? undefined : object(parseExactJson(value.toString('utf8')), 'value');

/** Whatever is wrong with a message is said with its place. */
export function understood<T>(message: BrokerMessage, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TerminalError) throw error;
    const {topic, partition, offset} = message;
    const why = errorText(error);
    throw new TerminalError(
      `the message at ${topic} ${partition}:${offset} is none that Debezium could have sent of these tables: ${why}`,
      {
        code: 'CF-RELAY-004',
        cause: error,
        next: 'find out who wrote it; crossfade explain CF-RELAY-004',
      },
    );
  }
}

/** A change of key is two messages, perhaps of two partitions: the row under the old key goes, and one under the new key comes. */
function changeOf(table: Table, message: BrokerMessage, value: JsonObject, unchanged: ReadonlySet<string>): Change {
  const name = table.name;
  // The only one without a key: it is about all of them.
  if (value['op'] === 't') return {kind: 'truncate', tables: [name]};
  const key = keyOf(table, message);
  switch (value['op']) {
    case 'd':
      return {kind: 'delete', table: name, key};
    case 'c':
    case 'r':
    case 'u': {
      const row = rowOf(table, object(value['after'], 'after'), unchanged);
      const isNew = value['op'] !== 'u' || isMoved(message);
      if (row === undefined || (isNew && Object.keys(row).length < writtenColumns(table).length))
        return {kind: 'reread', table: name, key, ...(isNew && {isNew})};
      return {kind: isNew ? 'insert' : 'update', table: name, key, row};
    }
    default:
      throw new Error(`its op is ${JSON.stringify(value['op'])}`);
  }
}

/** Without the columns that did not change; undefined when a value is not carried as it is. */
function rowOf(table: Table, after: JsonObject, unchanged: ReadonlySet<string>): Row | undefined {
  const columns = writtenColumns(table);
  requireColumns(table, after);
  const row: Record<string, string | null> = {};
  for (const {name, type} of columns) {
    if (!isCarried(type)) return undefined;
    const value = after[name];
    if (value === undefined) throw new Error(`it has no column ${name}`);
    if (typeof value === 'string' && unchanged.has(value)) continue;
    const decoded = value === null ? {text: null} : decodeValue(type, value);
    if (decoded === 'unknown') return undefined;
    row[name] = decoded.text;
  }
  return row;
}

/** A column that nobody knows of means that the schema has changed since the plan was made. */
function requireColumns(table: Table, after: JsonObject): void {
  const stranger = Object.keys(after).find((name) => !table.columns.some((column) => column.name === name));
  if (stranger !== undefined) throw new Error(`it has a column ${stranger}, which the table had not when the run began`);
}

function keyOf(table: Table, {key}: BrokerMessage): Key {
  if (key === null) throw new Error('it has no key');
  const parts = object(parseExactJson(key.toString('utf8')), 'key');
  return table.key.map((name) => {
    const value = parts[name];
    const type = table.columns.find((column) => column.name === name)?.type;
    if (value === undefined || value === null || type === undefined) throw new Error(`its key has no ${name}`);
    const decoded = decodeValue(type, value);
    if (decoded === 'unknown') throw new Error(`its key's ${name} is a value of ${type} that Debezium does not carry as it is`);
    return decoded.text;
  });
}

/** The second half of a change of key; the first is a delete like any other. */
const isMoved = ({headers}: BrokerMessage): boolean => headers.some(([name]) => name === '__debezium.oldkey');

/** Of bytes it is sent in the form that bytes are sent in. */
const placeholders = (text: string): ReadonlySet<string> => new Set([text, Buffer.from(text).toString('base64')]);

function requireTable(table: Table, value: JsonObject): void {
  const {schema, table: name} = object(value['source'], 'source');
  if (schema !== table.name.schema || name !== table.name.name) throw new Error(`it is about ${word(schema)}.${word(name)}`);
}

export function placeOf(value: JsonObject): EventPlace {
  const {txId, lsn, sequence} = object(value['source'], 'source');
  if (!(txId instanceof ExactNumber) || !(lsn instanceof ExactNumber)) throw new Error('its source has no txId or no lsn');
  const [before] = elements(typeof sequence === 'string' ? parseExactJson(sequence) : undefined);
  return {transaction: txId.text, lsn: BigInt(lsn.text), commitBefore: typeof before === 'string' ? BigInt(before) : undefined};
}

export function object(value: Json | undefined, what: string): JsonObject {
  if (!isObject(value)) throw new Error(`its ${what} is no object`);
  return value;
}
