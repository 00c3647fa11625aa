/** By the engine of the source. */
import {TerminalError} from '../model/errors.ts';
import type {DebeziumEngine} from './debezium-engine.ts';
import {debeziumMysql} from './debezium-mysql.ts';
import {debeziumPostgres} from './debezium-postgres.ts';

const ENGINES: Readonly<Record<string, DebeziumEngine>> = {postgres: debeziumPostgres, mysql: debeziumMysql};

export function debeziumEngine(engine: string): DebeziumEngine {
  const found = Object.hasOwn(ENGINES, engine) ? ENGINES[engine] : undefined;
  if (found) return found;
  throw new TerminalError(`changes of ${engine} cannot go through Kafka; those of ${Object.keys(ENGINES).join(', ')} can`, {
    code: 'CF-RELAY-002',
    next: 'write relay: {kind: in-process}',
  });
}
