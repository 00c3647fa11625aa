/** Strict operations as deletes and inserts only: no order of the rows can then collide in a unique index (H-21). */
import {keyText, type Key} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {RowOperation} from '../../model/row-operation.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {PgSession} from './postgres-session.ts';
import {readByKey} from './postgres-source.ts';

export const isExact = (operation: RowOperation): boolean => operation.form !== 'upsert' && (!('exact' in operation) || operation.exact);

/** Rows that keep columns are read first, inside the open transaction. */
export const takeOutAndPutBack = async (session: PgSession, table: Table, operations: readonly RowOperation[]): Promise<RowOperation[]> => {
  const kept = operations.flatMap((operation) => (operation.form === 'update' ? [operation.key] : operation.form === 'move' ? [operation.oldKey] : []));
  const rows = kept.length ? await readByKey(session, table, kept) : [];
  const byKey = new Map(rows.map((row) => [keyText(table.key.map((name) => row[name] ?? null)), row]));
  return operations.flatMap((operation): RowOperation[] => {
    if (operation.form === 'delete' || operation.form === 'insert' || operation.form === 'upsert') return [operation];
    const from: Key = operation.form === 'move' ? operation.oldKey : operation.key;
    const row = byKey.get(keyText(from));
    if (!row) throw new TerminalError(`${operation.form} met no row of ${nameOf(table.name)} where exactly one was expected`, {code: 'CF-APPLY-001', next: 'crossfade explain CF-APPLY-001'});
    return [
      {form: 'delete', key: from, exact: true},
      {form: 'insert', key: operation.key, row: {...row, ...operation.row}},
    ];
  });
};
