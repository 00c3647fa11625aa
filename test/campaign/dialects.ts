/** How writers write to a source, by the name of the pair; without the sides themselves, which their thread has no need of. */
import {mysqlDialect} from './mysql-dialect.ts';
import {postgresDialect} from './postgres-dialect.ts';
import type {Dialect} from './writes.ts';

export const dialects = {
  'postgres-postgres': postgresDialect,
  'mysql-postgres': mysqlDialect,
} satisfies Record<string, Dialect>;

export type PairName = keyof typeof dialects;
