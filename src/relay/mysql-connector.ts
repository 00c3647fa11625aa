/**
 * The settings of a Debezium connector for MySQL. It begins at the transactions that we noted (docs/decisions/0033): they are
 * given to it as if it had sent them itself.
 */
import {createHash} from 'node:crypto';
import type {Position} from '../model/position.ts';
import type {ConnectorOffsets} from './connect-cluster.ts';
import {addressSettings, commonSettings, type ConnectorRequest, keyNameFault, refuseUnfit, type Settings} from './connector-settings.ts';
import {ExactNumber, isObject} from './exact-json.ts';

export const MYSQL_CONNECTOR = {
  className: 'io.debezium.connector.mysql.MySqlConnector',
  /** The one whose values were measured (docs/decisions/0033). */
  versionMin: '3.5',
} as const;

/** Our own writers write to it first; marks are rows here. */
const OWN_TABLES = ['crossfade\\.tag', 'crossfade\\.mark'];

/** Refuses tables that cannot go through Debezium, with the reason. */
export function mysqlSettings(request: ConnectorRequest): Settings {
  refuseUnfit(request, keyNameFault);
  return mysqlSettingsFor(request, addressSettings(request, '3306'));
}

/** `database`: how it reaches the source. */
export const mysqlSettingsFor = (request: Omit<ConnectorRequest, 'url' | 'password'>, database: Settings): Settings => ({
  ...commonSettings(request, OWN_TABLES),
  'connector.class': MYSQL_CONNECTOR.className,
  'database.server.id': serverIdOf(request.prefix),
  // A connection that leaves the machine is encrypted and verified (H-94).
  'database.ssl.mode': request.isEncrypted ? 'verify_identity' : 'preferred',
  ...database,
  // It copies no rows and locks nothing: whenever it begins it asks what the tables look like, and goes on from the place that it is given.
  'snapshot.mode': 'recovery',
  'snapshot.locking.mode': 'none',
  'schema.history.internal': 'io.debezium.relational.history.MemorySchemaHistory',
  'schema.history.internal.store.only.captured.tables.ddl': 'true',
  'include.schema.changes': 'false',
  'bigint.unsigned.handling.mode': 'precise',
  'time.precision.mode': 'adaptive_time_microseconds',
  // Else the year 20 would be 2020.
  'enable.time.adjuster': 'false',
});

/** Of a new connector: `position` is what it is not to send. GTIDs alone say where that is, files and places in them say nothing. */
export const mysqlOffsets = (prefix: string, position: Position): ConnectorOffsets => [
  {partition: {server: prefix}, offset: {ts_sec: new ExactNumber('0'), file: '', pos: new ExactNumber('4'), gtids: position}},
];

/** The transactions that it has sent to their end; undefined before the first. */
export const mysqlStanding = (offsets: ConnectorOffsets): Position | undefined => {
  const gtids = offsets.map(({offset}) => offset).find(isObject)?.['gtids'];
  return typeof gtids === 'string' ? (gtids as Position) : undefined;
};

/** Replicas of one server have numbers of their own; those of people are small. */
const SERVER_IDS_FROM = 2 ** 31;
const serverIdOf = (prefix: string): string =>
  String(SERVER_IDS_FROM + (createHash('sha256').update(prefix).digest().readUInt32BE(0) % (2 ** 31 - 1)));
