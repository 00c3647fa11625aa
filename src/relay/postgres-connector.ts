/** The settings of a Debezium connector for PostgreSQL. Its stream begins where the slot does, which is made by us. */
import {type Table, writtenColumns} from '../model/table.ts';
import {addressSettings, commonSettings, type ConnectorRequest, keyNameFault, refuseUnfit, type Settings} from './connector-settings.ts';
import {isCarried} from './debezium-values.ts';

export const POSTGRES_CONNECTOR = {
  className: 'io.debezium.connector.postgresql.PostgresConnector',
  /** The one whose values were measured (docs/decisions/0025). */
  versionMin: '3.5',
} as const;

/** Our own writers write to it first: whoever reads the changes knows by it whose they are. */
const TAG_TABLE = 'crossfade\\.tag';

/** How the server writes values into the stream, whatever its database or the connector's role say. */
const PINS = '-c IntervalStyle=postgres -c DateStyle=ISO -c TimeZone=UTC -c bytea_output=hex -c extra_float_digits=3';

/** Refuses tables that cannot go through Debezium, with the reason. */
export function postgresSettings(request: ConnectorRequest): Settings {
  refuseUnfit(request, keyFault);
  return postgresSettingsFor(request, {...addressSettings(request, '5432'), 'database.dbname': request.url.database});
}

/** `database`: how it reaches the source. */
export const postgresSettingsFor = (request: Omit<ConnectorRequest, 'url' | 'password'>, database: Settings): Settings => ({
  ...commonSettings(request, [TAG_TABLE]),
  'connector.class': POSTGRES_CONNECTOR.className,
  'plugin.name': 'pgoutput',
  // A connection that leaves the machine is encrypted and verified (H-94).
  'database.sslmode': request.isEncrypted ? 'verify-full' : 'prefer',
  ...database,
  'driver.options': PINS,
  'slot.name': slotOf(request.prefix),
  'slot.drop.on.stop': 'false',
  'publication.name': request.prefix,
  'publication.autocreate.mode': 'disabled',
  'snapshot.mode': 'no_data',
  'time.precision.mode': 'microseconds',
  'interval.handling.mode': 'string',
  'include.unknown.datatypes': 'false',
  'unavailable.value.placeholder': request.placeholder,
  // A truncate is a change like any other; by default it is left out.
  'skipped.operations': 'none',
  // Ours alone: what others put into the log with pg_logical_emit_message is of no table.
  'message.prefix.include.list': 'crossfade',
});

/** As the engine names the slot of the way there. */
export const slotOf = (prefix: string): string => `${prefix}_fwd`;

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

/** Why Debezium cannot tell the rows of a table apart; undefined where it can. */
export function keyFault(table: Table): string | undefined {
  for (const name of table.key) {
    const type = table.columns.find((column) => column.name === name)?.type ?? 'of no type';
    if (!isCarried(type)) return `its key has ${name}, which is ${type}: Debezium does not carry it as it is`;
  }
  return keyNameFault(table);
}
