/**
 * What the settings of all Debezium connectors have in common: they lose nothing and change nothing without saying so. None
 * copies rows (H-91): those come by our own chunks, and its stream begins at a place that was noted before.
 */
import type {DatabaseUrl} from '../model/database-url.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';

export type Settings = Readonly<Record<string, string>>;

export type ConnectorRequest = {
  readonly url: DatabaseUrl;
  /** Of topics; no two migrations may have the same. Slot and publication of the source are named by it, too. */
  readonly prefix: string;
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

const HEARTBEAT_MS = 1000;
const POLL_MS = 50;

/** What a producer has by default for messages that wait; a larger one would not fit in (H-86). */
const PRODUCER_BYTES_MIN = 32 * 1024 ** 2;

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';

/** `own`: tables of ours whose changes are wanted as well, as patterns. */
export const commonSettings = ({prefix, tables, messageBytesMax}: Omit<ConnectorRequest, 'url'>, own: readonly string[]): Settings => ({
  'tasks.max': '1',
  'topic.prefix': prefix,
  'table.include.list': [...tables.map(({name}) => pattern(name)), ...own].join(','),
  'message.key.columns': tables.map((table) => `${pattern(table.name)}:${table.key.join(',')}`).join(';'),
  'decimal.handling.mode': 'string',
  // Base64 in the end: the mode of that name sends large bytes that did not change as null.
  'binary.handling.mode': 'bytes',
  'tombstones.on.delete': 'false',
  'provide.transaction.metadata': 'true',
  // One topic of one partition, so that the order of the source's log is the order of the messages.
  transforms: 'together',
  'transforms.together.type': 'org.apache.kafka.connect.transforms.RegexRouter',
  'transforms.together.regex': `${prefix}\\..*`,
  'transforms.together.replacement': prefix,
  'heartbeat.interval.ms': String(HEARTBEAT_MS),
  'poll.interval.ms': String(POLL_MS),
  'event.processing.failure.handling.mode': 'fail',
  'errors.tolerance': 'none',
  ...converterSettings('key'),
  ...converterSettings('value'),
  'producer.override.acks': 'all',
  'producer.override.enable.idempotence': 'true',
  'producer.override.max.request.size': String(messageBytesMax),
  'producer.override.buffer.memory': String(Math.max(PRODUCER_BYTES_MIN, 2 * messageBytesMax)),
  'producer.override.compression.type': 'none',
});

/** By default it writes the column's default in the place of NULL. */
const converterSettings = (of: 'key' | 'value'): Settings => ({
  [`${of}.converter`]: JSON_CONVERTER,
  [`${of}.converter.schemas.enable`]: 'false',
  [`${of}.converter.replace.null.with.default`]: 'false',
});

/** How a connector reaches the source. */
export function addressSettings({url, password}: Pick<ConnectorRequest, 'url' | 'password'>, port: string): Settings {
  const login = new URL(url.reveal());
  return {
    'database.hostname': url.host,
    'database.port': url.port || port,
    'database.user': decodeURIComponent(login.username),
    'database.password': password ?? decodeURIComponent(login.password),
  };
}

/** Of all changes, of the transactions that they are of, and of marks: named as the prefix. */
export const changeTopic = (prefix: string): string => prefix;

/** Every topic that the connector writes to. They have to be there: a topic that makes itself has the cluster's retention. */
export const connectorTopics = (prefix: string): readonly string[] => [changeTopic(prefix), `__debezium-heartbeat.${prefix}`];

/** `faultOf`: why a table's rows cannot be told apart. */
export function refuseUnfit({prefix, tables}: ConnectorRequest, faultOf: (table: Table) => string | undefined): void {
  if (!/^[A-Za-z\d_-]+$/.test(prefix)) throw unfit(`the prefix ${prefix} is not of letters, digits, _ and - alone`);
  for (const table of tables) {
    const fault = faultOf(table);
    if (fault !== undefined) throw unfit(`${nameOf(table.name)}: ${fault}`);
  }
}

/** Why the key cannot be named in the settings; undefined where it can. */
export function keyNameFault({key}: Table): string | undefined {
  if (!key.length) return 'it has no key';
  const odd = key.find((name) => /[,;:]/.test(name));
  return odd === undefined ? undefined : `its key has a column ${odd}, which cannot be named in Debezium's settings`;
}

/** Debezium matches whole names, `schema.table`, with regular expressions separated by commas. */
const pattern = ({schema, name}: TableName): string => `${literally(schema)}\\.${literally(name)}`;
const literally = (name: string): string => name.replaceAll(/[^A-Za-z\d_]/gu, escaped);
const escaped = (sign: string): string => `\\x{${(sign.codePointAt(0) ?? 0).toString(16)}}`;

const unfit = (message: string): TerminalError =>
  new TerminalError(message, {code: 'CF-RELAY-002', next: 'leave the table out of the plan, or move it without Kafka'});
