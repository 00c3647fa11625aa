/** What the fence keeps in a side's own database (decision 0021); made together with the other tables of ours. */
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {quoteValue} from './mysql-sql.ts';

export const FENCE_TABLE = `${CONTROL_SCHEMA_NAME}.fence`;
export const ATTEMPT_TABLE = `${CONTROL_SCHEMA_NAME}.fence_attempt`;

export const FENCE_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${FENCE_TABLE} (migration varchar(16), epoch bigint, state varchar(16) NOT NULL, deadline datetime(6), PRIMARY KEY (migration, epoch))
   ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  // One row a migration, which every writer of its tables holds from its first write to its end; without an attempt everybody passes.
  `CREATE TABLE IF NOT EXISTS ${ATTEMPT_TABLE} (migration varchar(16) PRIMARY KEY, attempt bigint) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];

/**
 * Wanted long before the triggers: MariaDB from 11.6 on lets no snapshot lock a row that is younger, so writers that are
 * older than this row would have to begin again when their tables get triggers.
 */
export const attemptRow = (short: string): string => `INSERT IGNORE INTO ${ATTEMPT_TABLE} (migration) VALUES (${quoteValue(short)})`;
