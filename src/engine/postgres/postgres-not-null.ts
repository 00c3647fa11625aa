/** NOT NULL would read the whole table under an exclusive lock, unless a valid check says it already. */
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import type {Transaction} from './postgres-change.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';

export type Proof = {readonly table: TableName; readonly columns: readonly string[]};

/** NOT VALID: nothing is read under the exclusive lock. */
export const proveNotNull = (migration: MigrationRef, {table, columns}: Proof): Transaction[] => {
  if (!columns.length) return [];
  const all = (act: (column: string) => string): string => `ALTER TABLE ${quoteTable(table)} ${columns.map(act).join(', ')}`;
  const checks = all((one) => `ADD CONSTRAINT ${checkName(migration, one)} CHECK (${quoteName(one)} IS NOT NULL) NOT VALID`);
  return [
    {doing: 'checking', sql: [{sql: checks, undo: dropNotNullCheck(migration, {table, columns})}]},
    {doing: 'validating', sql: [all((one) => `VALIDATE CONSTRAINT ${checkName(migration, one)}`)]},
  ];
};

export const dropNotNullCheck = (migration: MigrationRef, {table, columns}: Proof): string =>
  `ALTER TABLE ${quoteTable(table)} ${columns.map((one) => `DROP CONSTRAINT IF EXISTS ${checkName(migration, one)}`).join(', ')}`;

/** Parts of an `ALTER TABLE`. */
export const setNotNull = (migration: MigrationRef, column: string): string[] => [
  `ALTER COLUMN ${quoteName(column)} SET NOT NULL`,
  `DROP CONSTRAINT IF EXISTS ${checkName(migration, column)}`,
];

const checkName = (migration: MigrationRef, column: string): string => quoteName(`crossfade_${migration.short}_${column}`.slice(0, 63));
