/** What one `write` of an applier sends, in order: many rows a statement, and the tables between them that are emptied. Pure. */
import type {Table, TableName} from '../../model/table.ts';
import type {TableKey} from '../applier.ts';
import {groupOperations} from '../row-groups.ts';
import type {Round} from '../truncate-rounds.ts';
import {deleteMoved, truncateOnly} from './postgres-copy-statements.ts';
import {notMet, rowStatement} from './postgres-row-statements.ts';
import type {Answer, TextRow} from './postgres-session.ts';
import type {Sql} from './postgres-statement.ts';

/** `missing`: the keys that by its answer were not met. */
export type ApplyStatement = {readonly sql: Sql; readonly missing: (answer: Answer<TextRow>) => readonly TableKey[]};

export const statementsOf = (rounds: readonly Round[], tableOf: (name: TableName) => Table): readonly ApplyStatement[] =>
  rounds.flatMap(({rows, truncated}) => [
    ...rows.flatMap(({table, steps}) => rowStatements(tableOf(table), steps)),
    ...truncateStatements(truncated.map(tableOf)).map((sql) => ({sql, missing: () => []})),
  ]);

const rowStatements = (table: Table, steps: Round['rows'][number]['steps']): readonly ApplyStatement[] =>
  steps.flatMap(groupOperations).map((group) => ({
    sql: rowStatement(table, group),
    missing: (answer) => notMet(table, group, answer).map((key) => ({table: table.name, key})),
  }));

/** Together, because a table that another one refers to cannot be truncated alone. Rows outside the migration stay. */
export const truncateStatements = (truncated: readonly Table[]): readonly Sql[] => {
  const whole = truncated.filter((table) => !table.only);
  return [
    ...truncated.filter((table) => table.only).map((table) => ({text: deleteMoved(table)})),
    ...(whole.length ? [{text: truncateOnly(whole)}] : []),
  ];
};
