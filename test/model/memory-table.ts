/**
 * A target table in memory that carries out row operations as a database would: the counterpart of an engine's
 * `Target.apply` for the property tests and for the explorer of the copy.
 */
import {assert, unreachable} from '../../src/model/assert.ts';
import {type Key, keyText, type Row} from '../../src/model/change.ts';
import type {RowOperation, TableStep} from '../../src/model/row-operation.ts';

/** By `keyText`. */
export type MemoryTable = Map<string, Row>;

/** A strict statement met what it must not: the product stops. */
export class Surprise extends Error {}
/** The database refuses: rolled back, and tried again for ever. */
export class Refused extends Error {}

type Move = Extract<RowOperation, {readonly form: 'move'}>;
export type MemoryRules = {
  /** The columns of a new row; those it lacks become NULL. */
  readonly columns: readonly string[];
  readonly notNull: readonly string[];
  /** How a move is carried out; other than exactly only in mutations. Answers the key to read again, if any. */
  readonly move: (table: MemoryTable, move: Move) => Key | undefined;
  /** Any order must do, since the operations of a step touch different keys; deletes come first. */
  readonly order: (operations: readonly RowOperation[]) => readonly RowOperation[];
};

/** Answers the keys that inexact updates did not meet. */
export const applySteps = (table: MemoryTable, steps: readonly TableStep[], rules: MemoryRules): Key[] => {
  const missing: Key[] = [];
  for (const step of steps) {
    if (step.kind === 'truncate') {
      table.clear();
      continue;
    }
    assertKeysDiffer(step.operations);
    const isDelete = (operation: RowOperation) => operation.form === 'delete';
    const rest = step.operations.filter((operation) => !isDelete(operation));
    for (const operation of [...step.operations.filter(isDelete), ...rules.order(rest)]) {
      const key = carryOut(table, operation, rules);
      if (key !== undefined) missing.push(key);
    }
  }
  return missing;
};

export const exactMove = (table: MemoryTable, {oldKey, key, row}: Move): undefined => {
  const old = table.get(keyText(oldKey));
  if (old === undefined) throw new Surprise(`move of absent ${keyText(oldKey)}`);
  if (table.has(keyText(key))) throw new Surprise(`move onto ${keyText(key)}`);
  table.delete(keyText(oldKey));
  table.set(keyText(key), {...old, ...row});
};

const carryOut = (table: MemoryTable, operation: RowOperation, rules: MemoryRules): Key | undefined => {
  const id = keyText(operation.key);
  const old = table.get(id);
  switch (operation.form) {
    case 'delete':
      if (operation.exact && old === undefined) throw new Surprise(`delete of absent ${id}`);
      table.delete(id);
      return undefined;
    case 'update':
      if (old !== undefined) table.set(id, {...old, ...operation.row});
      else if (operation.exact) throw new Surprise(`update of absent ${id}`);
      else return operation.key;
      return undefined;
    case 'insert':
      if (old !== undefined) throw new Surprise(`insert of ${id}, which is there`);
      table.set(id, newRow(operation.row, rules));
      return undefined;
    case 'upsert':
      table.set(id, {...newRow(operation.row, rules), ...old, ...operation.row});
      return undefined;
    case 'move':
      return rules.move(table, operation);
    default:
      return unreachable(operation);
  }
};

/** As PostgreSQL does, NOT NULL is tested before a conflict is looked for. */
const newRow = (row: Row, {columns, notNull}: MemoryRules): Row => {
  const filled = Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
  for (const name of notNull) if (filled[name] === null) throw new Refused(`23502 ${name}`);
  return filled;
};

const assertKeysDiffer = (operations: readonly RowOperation[]): void => {
  const keys = operations.flatMap((operation) => (operation.form === 'move' ? [operation.oldKey, operation.key] : [operation.key]));
  assert(new Set(keys.map(keyText)).size === keys.length, 'the operations of one step touch different keys');
};
