/**
 * The settings of a Debezium connector for PostgreSQL that loses nothing and changes nothing without saying so. It copies no
 * rows (H-91): they come by our own chunks, and its stream begins where the slot does, which is made by us.
 */
import type {DatabaseUrl} from '../model/database-url.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table, type TableName, writtenColumns} from '../model/table.ts';
import {isCarried} from './debezium-values.ts';

export const POSTGRES_CONNECTOR = {
  className: 'io.debezium.connector.postgresql.PostgresConnector',
  /** The one whose values were measured (docs/decisions/0025). */
  versionMin: '3.5',
} as const;

export type ConnectorRequest = {
  readonly url: DatabaseUrl;
  /** Of topics; no two migrations may have the same. */
  readonly prefix: string;
  readonly slot: string;
  readonly publication: string;
  readonly tables: readonly Table[];
  /** Sent for a large value that did not change. A random word, so that no value of the application is taken for it. */
  readonly placeholder: string;
  /** Of a single message; topics and brokers have to allow as much (H-86). */
  readonly messageBytesMax: number;
};

const HEARTBEAT_MS = 1000;
const POLL_MS = 50;

/** How the server writes values into the stream, whatever its database or the connector's role say. */
const PINS = '-c IntervalStyle=postgres -c DateStyle=ISO -c TimeZone=UTC -c bytea_output=hex -c extra_float_digits=3';

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';

/** Refuses tables that cannot go through Debezium, with the reason. */
export function connectorSettings(request: ConnectorRequest): Readonly<Record<string, string>> {
  const {url, prefix, tables} = request;
  refuseUnfit(request);
  const {username, password} = new URL(url.reveal());
  return {
    'connector.class': POSTGRES_CONNECTOR.className,
    'tasks.max': '1',
    'plugin.name': 'pgoutput',
    'database.hostname': url.host,
    'database.port': url.port || '5432',
    'database.user': decodeURIComponent(username),
    'database.password': decodeURIComponent(password),
    'database.dbname': url.database,
    // A connection that leaves the machine is encrypted and verified (H-94).
    'database.sslmode': url.isLocal ? 'prefer' : 'verify-full',
    'driver.options': PINS,
    'topic.prefix': prefix,
    'slot.name': request.slot,
    'slot.drop.on.stop': 'false',
    'publication.name': request.publication,
    'publication.autocreate.mode': 'disabled',
    'snapshot.mode': 'no_data',
    'table.include.list': tables.map(({name}) => pattern(name)).join(','),
    'message.key.columns': tables.map((table) => `${pattern(table.name)}:${table.key.join(',')}`).join(';'),
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'microseconds',
    // Base64 in the end: the mode of that name sends large bytes that did not change as null.
    'binary.handling.mode': 'bytes',
    'interval.handling.mode': 'string',
    'include.unknown.datatypes': 'false',
    'unavailable.value.placeholder': request.placeholder,
    // A truncate is a change like any other; by default it is left out.
    'skipped.operations': 'none',
    'tombstones.on.delete': 'false',
    'provide.transaction.metadata': 'true',
    'heartbeat.interval.ms': String(HEARTBEAT_MS),
    'poll.interval.ms': String(POLL_MS),
    'event.processing.failure.handling.mode': 'fail',
    'errors.tolerance': 'none',
    'key.converter': JSON_CONVERTER,
    'key.converter.schemas.enable': 'false',
    'value.converter': JSON_CONVERTER,
    'value.converter.schemas.enable': 'false',
    'producer.override.acks': 'all',
    'producer.override.enable.idempotence': 'true',
    'producer.override.max.request.size': String(request.messageBytesMax),
    'producer.override.compression.type': 'none',
  };
}

/** Every topic that the connector writes to. They have to be there: a topic that makes itself has the cluster's retention. */
export const connectorTopics = (prefix: string, tables: readonly Table[]): readonly string[] => [
  ...tables.map(({name}) => topicOf(prefix, name)),
  `${prefix}.transaction`,
  // Of pg_logical_emit_message, whoever calls it; without the topic the connector would stand still.
  `${prefix}.message`,
  `__debezium-heartbeat.${prefix}`,
];

/**
 * The columns that the publication sends: Debezium reads every value that it gets, also of columns that it is told to leave out,
 * and some values end it.
 */
export const publishedColumns = (table: Table): readonly string[] =>
  writtenColumns(table).flatMap(({name, type}) => (isCarried(type) ? [name] : []));

/** As Debezium makes it of the table's name. */
export const topicOf = (prefix: string, {schema, name}: TableName): string =>
  `${prefix}.${schema}.${name}`.replaceAll(/[^A-Za-z\d._-]/g, '_');

function refuseUnfit({prefix, tables}: ConnectorRequest): void {
  if (!/^[A-Za-z\d_-]+$/.test(prefix)) throw unfit(`the prefix ${prefix} is not of letters, digits, _ and - alone`);
  const topics = new Map<string, Table>();
  for (const table of tables) {
    const topic = topicOf(prefix, table.name);
    const other = topics.get(topic);
    if (other) throw unfit(`${nameOf(table.name)} and ${nameOf(other.name)} would share the topic ${topic}`);
    topics.set(topic, table);
    refuseKey(table);
  }
}

function refuseKey(table: Table): void {
  if (!table.key.length) throw unfit(`${nameOf(table.name)} has no key`);
  for (const name of table.key) {
    const type = table.columns.find((column) => column.name === name)?.type ?? 'of no type';
    if (!isCarried(type))
      throw unfit(`the key of ${nameOf(table.name)} has ${name}, which is ${type}: Debezium does not carry it as it is`);
    if (/[,;:]/.test(name))
      throw unfit(`the key of ${nameOf(table.name)} has a column ${name}, which cannot be named in Debezium's settings`);
  }
}

/** Debezium matches whole names, `schema.table`, with regular expressions separated by commas. */
const pattern = ({schema, name}: TableName): string => `${literally(schema)}\\.${literally(name)}`;
const literally = (name: string): string => name.replaceAll(/[^A-Za-z\d_]/gu, escaped);
const escaped = (sign: string): string => `\\x{${(sign.codePointAt(0) ?? 0).toString(16)}}`;

const unfit = (message: string): TerminalError =>
  new TerminalError(message, {code: 'CF-RELAY-002', next: 'leave the table out of the plan, or move it without Kafka'});
