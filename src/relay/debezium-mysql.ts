/** Debezium's stream of MySQL: what its messages do not carry is taken from the source's own log (docs/decisions/0033). */
import type {Database} from '../engine/engine.ts';
import type {StreamEvent} from '../model/change.ts';
import {containsSet, parseGtidSet} from '../model/gtid-set.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import type {DebeziumEngine, ReadTopic} from './debezium-engine.ts';
import {understood, valueOf} from './debezium-envelope.ts';
import {debeziumMysqlFindings, requireNoTags} from './debezium-mysql-findings.ts';
import {type JsonObject, word} from './exact-json.ts';
import {GtidTransactions} from './gtid-transactions.ts';
import {MYSQL_CONNECTOR, mysqlOffsets, mysqlSettings, mysqlSettingsFor, mysqlStanding} from './mysql-connector.ts';
import {OWN_SCHEMA, ownEvent, sentTable, sourceOf} from './mysql-envelope.ts';
import {SourceLog} from './source-log.ts';
import {logOf} from './topic-position.ts';

export const debeziumMysql: DebeziumEngine = {
  plugin: MYSQL_CONNECTOR,
  published: (table) => table,
  settings: mysqlSettings,
  announced: mysqlSettingsFor,
  offsets: mysqlOffsets,
  standing: mysqlStanding,
  findings: debeziumMysqlFindings,
  requireFollowable: requireNoTags,
  acknowledged: (own, position) => own.acknowledge('forward', logOf(position)),
  isWithin: (position, limit) => containsSet(parseGtidSet(logOf(limit)), parseGtidSet(logOf(position))),
  endOf: (message) => read(message, (value) => (value['status'] === 'END' ? (word(value['id']) as Position) : undefined)),
  knownAt: (_, known) => known,
  isMark: (message, short, content) =>
    read(message, (value) => {
      if ('status' in value || sourceOf(value).schema !== OWN_SCHEMA) return false;
      const event = ownEvent(value, short);
      return event?.type === 'mark' && event.content === content;
    }) === true,
  read: (topic) => ({events: transactions(topic), isHolding: () => false}),
};

const read = <T>(message: BrokerMessage, of: (value: JsonObject) => T): T | undefined =>
  understood(message, () => {
    const value = valueOf(message);
    return value && of(value);
  });

async function* transactions({own, migration, tables, start, messages, signal}: ReadTopic): AsyncGenerator<readonly StreamEvent[]> {
  const {source} = own;
  const log = new SourceLog({
    read: (from) => source.changes('forward', from, tables, signal),
    executed: () => source.currentPosition(),
  });
  const defaults = await dateDefaults(own, tables);
  yield* new GtidTransactions({
    short: migration.short,
    tables: new Map(tables.map((table) => [nameOf(table.name), sentTable(table, defaults)])),
    known: parseGtidSet(logOf(start)),
    log,
    requireFollowable: () => requireNoTags(source),
  }).of(messages);
}

const LIMITS = {limitMs: 10_000, rowsMax: 100_000};
const DATE_DEFAULTS = `SELECT table_schema, table_name, column_name, column_default FROM information_schema.columns WHERE data_type IN ('date', 'datetime') AND is_nullable = 'NO' AND column_default IS NOT NULL AND table_schema IN `;

/** By `schema.table.column`: as what a date that is none comes where it cannot be NULL. */
async function dateDefaults(own: Database, tables: readonly Table[]): Promise<ReadonlyMap<string, string>> {
  const schemas = [...new Set(tables.map(({name}) => name.schema))];
  const named = schemas.map((schema) => `_utf8mb4 X'${Buffer.from(schema).toString('hex')}'`).join(', ');
  const rows = await own.ask(`${DATE_DEFAULTS}(${named || 'NULL'})`, LIMITS);
  return new Map(rows.map(([schema, table, column, text]) => [`${schema}.${table}.${column}`, text ?? '']));
}
