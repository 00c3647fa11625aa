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
  /** What stands in the settings instead of the address's own password. */
  readonly password?: string;
  /** Whether its connections to the source have to be encrypted and verified. */
  readonly isEncrypted: boolean;
  /** Of a single message; topics and brokers have to allow as much (H-86). */
  readonly messageBytesMax: number;
};

/** Our own writers write to it first: whoever reads the changes knows by it whose they are. */
const TAG_TABLE = 'crossfade\\.tag';

const HEARTBEAT_MS = 1000;
const POLL_MS = 50;

/** How the server writes values into the stream, whatever its database or the connector's role say. */
const PINS = '-c IntervalStyle=postgres -c DateStyle=ISO -c TimeZone=UTC -c bytea_output=hex -c extra_float_digits=3';

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';

/** Refuses tables that cannot go through Debezium, with the reason. */
export function connectorSettings(request: ConnectorRequest): Readonly<Record<string, string>> {
  refuseUnfit(request);
  const {url} = request;
  const {username, password} = new URL(url.reveal());
  return settingsFor(request, {
    'database.hostname': url.host,
    'database.port': url.port || '5432',
    'database.user': decodeURIComponent(username),
    'database.password': request.password ?? decodeURIComponent(password),
    'database.dbname': url.database,
  });
}

/** `database`: how it reaches the source. */
export function settingsFor(
  request: Omit<ConnectorRequest, 'url' | 'password'>,
  database: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const {prefix, tables} = request;
  return {
    'connector.class': POSTGRES_CONNECTOR.className,
    'tasks.max': '1',
    'plugin.name': 'pgoutput',
    // A connection that leaves the machine is encrypted and verified (H-94).
    'database.sslmode': request.isEncrypted ? 'verify-full' : 'prefer',
    ...database,
    'driver.options': PINS,
    'topic.prefix': prefix,
    'slot.name': request.slot,
    'slot.drop.on.stop': 'false',
    'publication.name': request.publication,
    'publication.autocreate.mode': 'disabled',
    'snapshot.mode': 'no_data',
    'table.include.list': [...tables.map(({name}) => pattern(name)), TAG_TABLE].join(','),
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
    // Ours alone: what others put into the log with pg_logical_emit_message is of no table.
    'message.prefix.include.list': 'crossfade',
    // One topic of one partition, so that the order of the source's log is the order of the messages.
    transforms: 'together',
    'transforms.together.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.together.regex': `${prefix}\\..*`,
    'transforms.together.replacement': prefix,
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

/** Of all changes, of the transactions that they are of, and of marks: named as the prefix. */
export const changeTopic = (prefix: string): string => prefix;

/** Every topic that the connector writes to. They have to be there: a topic that makes itself has the cluster's retention. */
export const connectorTopics = (prefix: string): readonly string[] => [changeTopic(prefix), `__debezium-heartbeat.${prefix}`];

/**
 * The columns that the publication sends: Debezium reads every value that it gets, also of columns that it is told to leave out,
 * and some values end it.
 */
export const publishedColumns = (table: Table): readonly string[] =>
  writtenColumns(table).flatMap(({name, type}) => (isCarried(type) ? [name] : []));

/** The table as its publication has it: partial where a column stays out. */
export const publishedTable = (table: Table): Table => {
  const names = publishedColumns(table);
  if (names.length === writtenColumns(table).length) return table;
  return {...table, columns: table.columns.filter(({name}) => names.includes(name)), isPartial: true};
};

function refuseUnfit({prefix, tables}: ConnectorRequest): void {
  if (!/^[A-Za-z\d_-]+$/.test(prefix)) throw unfit(`the prefix ${prefix} is not of letters, digits, _ and - alone`);
  for (const table of tables) {
    const fault = keyFault(table);
    if (fault !== undefined) throw unfit(`${nameOf(table.name)}: ${fault}`);
  }
}

/** Why Debezium cannot tell the rows of a table apart; undefined where it can. */
export function keyFault(table: Table): string | undefined {
  if (!table.key.length) return 'it has no key';
  for (const name of table.key) {
    const type = table.columns.find((column) => column.name === name)?.type ?? 'of no type';
    if (!isCarried(type)) return `its key has ${name}, which is ${type}: Debezium does not carry it as it is`;
    if (/[,;:]/.test(name)) return `its key has a column ${name}, which cannot be named in Debezium's settings`;
  }
  return undefined;
}

/** Debezium matches whole names, `schema.table`, with regular expressions separated by commas. */
const pattern = ({schema, name}: TableName): string => `${literally(schema)}\\.${literally(name)}`;
const literally = (name: string): string => name.replaceAll(/[^A-Za-z\d_]/gu, escaped);
const escaped = (sign: string): string => `\\x{${(sign.codePointAt(0) ?? 0).toString(16)}}`;

const unfit = (message: string): TerminalError =>
  new TerminalError(message, {code: 'CF-RELAY-002', next: 'leave the table out of the plan, or move it without Kafka'});
