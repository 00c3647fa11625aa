/**
 * Leaves out the rows that a server refuses for their values, and carries out the others: halves what was refused until
 * each row that is refused stands alone. Called by the appliers, for a lane that may leave rows out.
 */
import {type Key, keyText} from '../model/change.ts';
import type {RowOperation} from '../model/row-operation.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {Refused, TableKey} from './applier.ts';

type RefusedKey = {readonly key: Key; readonly reason: string};
type Parts = {readonly missing: readonly Key[]; readonly refused: readonly RefusedKey[]};

export type Attempt = {
  /** Carries out all of them, or throws; `reasonOf` takes back what was done until then. Answers the keys that were not met. */
  readonly carryOut: (operations: readonly RowOperation[]) => Promise<readonly Key[]>;
  /** Why the server refused a row, without its values. Throws, with what it means, where anything else is wrong. */
  readonly reasonOf: (error: unknown, operations: readonly RowOperation[]) => Promise<string>;
};

/** Keys do not meet in one step, so that the halves may follow each other. A row that only another one kept out is taken when it is read again. */
const parking = async (attempt: Attempt, operations: readonly RowOperation[]): Promise<Parts> => {
  try {
    return {missing: await attempt.carryOut(operations), refused: []};
  } catch (error) {
    const reason = await attempt.reasonOf(error, operations);
    const [first, ...others] = operations;
    if (first && others.length === 0) return {missing: [], refused: keysOf(first).map((key) => ({key, reason}))};
    const middle = Math.ceil(operations.length / 2);
    const one = await parking(attempt, operations.slice(0, middle));
    const other = await parking(attempt, operations.slice(middle));
    return {missing: [...one.missing, ...other.missing], refused: [...one.refused, ...other.refused]};
  }
};

/** Whatever comes later in the same transaction for a row that was left out is left out as well: it is read again. */
const withoutKeys = (
  operations: readonly RowOperation[],
  out: ReadonlySet<string>,
): {readonly rest: readonly RowOperation[]; readonly left: readonly RefusedKey[]} => {
  if (out.size === 0) return {rest: operations, left: []};
  const isOut = (operation: RowOperation): boolean => keysOf(operation).some((key) => out.has(keyText(key)));
  const left = operations.filter(isOut).flatMap(keysOf);
  return {rest: operations.filter((one) => !isOut(one)), left: left.map((key) => ({key, reason: FOLLOWS}))};
};

const FOLLOWS = 'comes after a row that was refused';

/** Both keys of a row that moves: under the old one nothing may stay. */
const keysOf = (operation: RowOperation): readonly Key[] =>
  operation.form === 'move' ? [operation.oldKey, operation.key] : [operation.key];

/** A row stands where the other side has none: nobody's values are at fault, and reading it again would hide who wrote it. */
export const isSurprise = async (
  read: (keys: readonly Key[]) => Promise<readonly unknown[]>,
  [first, ...others]: readonly RowOperation[],
): Promise<boolean> => others.length === 0 && (first?.form === 'insert' || first?.form === 'move') && (await read([first.key])).length > 0;

/** What one `write` did not do, table by table. */
export class LeftOut {
  readonly missing: TableKey[] = [];
  readonly refused: Refused[] = [];
  readonly #out = new Map<string, Set<string>>();

  /** The steps of one table come in order. */
  async step(table: TableName, operations: readonly RowOperation[], attempt: Attempt): Promise<void> {
    const out = this.#out.get(nameOf(table)) ?? new Set<string>();
    const {rest, left} = withoutKeys(operations, out);
    const {missing, refused} = rest.length ? await parking(attempt, rest) : {missing: [], refused: []};
    this.missing.push(...missing.map((key) => ({table, key})));
    for (const one of [...left, ...refused]) {
      out.add(keyText(one.key));
      this.refused.push({table, ...one});
    }
    if (out.size > 0) this.#out.set(nameOf(table), out);
  }
}
