/** The plan that `init --in-place` writes: one column to be added, and beside it what else there is. */
import type {Answers} from './init-answers.ts';

export const changePlanText = ({
  name,
  source,
  from,
  tables: [table = ''],
}: Pick<Answers, 'name' | 'source' | 'from' | 'tables'>): string => `\
# yaml-language-server: $schema=plan.schema.json
#
# Changes a table while it is in use. In order: crossfade validate, doctor, plan, run; all of them take this file.
name: ${name}
workflow: expand-contract

# One database: it is changed where it is; \`crossfade doctor\` says what its account lacks. Addresses are references, because
# passwords do not belong into files like this: env:NAME, file:/absolute/path or exec:command.
database: { engine: ${from}, url: ${JSON.stringify(source)} }

# In this order. Others: set-not-null, add-check, add-foreign-key, add-index, drop-column, rename-column, change-type,
# split-column, widen-key, raw-sql. plans/reshape-orders.yaml and plans/widen-key.yaml have one of each for PostgreSQL,
# plans/mysql-reshape-orders.yaml is for MySQL and MariaDB; docs/expand-contract.md says when to take which.
operations:
  - add-column:
      table: ${JSON.stringify(table)}
      column: new_column
      type: text
      # Over the other columns, as SQL: the value of rows written by those who do not know the column.
      backfill: "'to be written'"
      notNull: true

# About as much of the table at a time; between two, the backfill rests as long as the last one took.
backfill: { chunk: 1MiB }

# Nothing is final before this. An approval is somebody else's than yours, unless starterMay says otherwise.
gates:
  contract: [approval]
approval: { quorum: 1, starterMay: false, expires: 24h }
`;
