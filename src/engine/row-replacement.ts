/** Operations as deletes and inserts only: no order of the rows can then collide in a unique index (H-21). */
import {keyText, type Key, type Row} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {RowOperation} from '../model/row-operation.ts';
import {nameOf, type Table} from '../model/table.ts';

/** `read`: rows by key, as they stand inside the open transaction; of them come the columns that a row keeps. */
export const takeOutAndPutBack = async (
  read: (keys: readonly Key[]) => Promise<readonly Row[]>,
  table: Table,
  operations: readonly RowOperation[],
): Promise<RowOperation[]> => {
  const standing = operations.flatMap((operation) => standingKey(operation) ?? []);
  const rows = standing.length ? await read(standing.map(({key}) => key)) : [];
  const byKey = new Map(rows.map((row) => [keyText(table.key.map((name) => row[name] ?? null)), row]));
  return operations.flatMap((operation) => replaced(table, operation, byKey));
};

/** Where the row of an operation stands before it, for those that may keep something of it. */
const standingKey = (operation: RowOperation): {readonly key: Key} | undefined => {
  if (operation.form === 'delete' || operation.form === 'insert') return undefined;
  return {key: operation.form === 'move' ? operation.oldKey : operation.key};
};

const replaced = (table: Table, operation: RowOperation, rows: ReadonlyMap<string, Row>): RowOperation[] => {
  if (operation.form === 'delete' || operation.form === 'insert') return [operation];
  const from: Key = operation.form === 'move' ? operation.oldKey : operation.key;
  const row = rows.get(keyText(from));
  if (row)
    return [
      {form: 'delete', key: from, exact: true},
      {form: 'insert', key: operation.key, row: {...row, ...operation.row}},
    ];
  // Inexact ones say by themselves what an absent row means.
  if (operation.form === 'upsert' || (operation.form === 'update' && !operation.exact)) return [operation];
  throw new TerminalError(`${operation.form} met no row of ${nameOf(table.name)} where exactly one was expected`, {
    code: 'CF-APPLY-001',
    next: 'crossfade explain CF-APPLY-001',
  });
};
