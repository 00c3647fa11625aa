/** What one client knows of the rows it owns: nobody else writes them, so it knows what they must hold. */
import type {OwnedTable, Write} from './client-log.ts';

type Value = readonly (string | null)[];

export type OwnedRows = {
  keys(table: OwnedTable): readonly string[];
  value(table: OwnedTable, key: string): Value;
  /** After `ok`. */
  apply(writes: readonly Write[]): void;
  /** After an unknown end: these rows are left alone for ever, so the oracle can tell whether it happened. */
  forget(writes: readonly Write[]): void;
};

export function ownedRows(): OwnedRows {
  const tables: Record<OwnedTable, Map<string, Value>> = {
    preferences: new Map(),
    orders: new Map(),
    sessions: new Map(),
    documents: new Map(),
    accounts: new Map(),
    customers: new Map(),
  };
  return {
    keys: (table) => [...tables[table].keys()],
    value(table, key) {
      const value = tables[table].get(key);
      if (!value) throw new Error(`${table} ${key} is not ours`);
      return value;
    },
    apply(writes) {
      for (const {table, key, value} of writes) {
        if (value === null) tables[table].delete(key);
        else tables[table].set(key, value);
      }
    },
    forget(writes) {
      for (const {table, key} of writes) tables[table].delete(key);
    },
  };
}
