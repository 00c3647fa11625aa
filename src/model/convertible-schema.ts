/** What the engines whose schemas are converted tell of them; `flavour` says whose it is. */
import type {MysqlSchema} from './mysql-schema.ts';
import type {PostgresSchema} from './postgres-schema.ts';

export type ConvertibleSchema = MysqlSchema | PostgresSchema;
