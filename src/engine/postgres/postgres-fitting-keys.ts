/** Rows are looked up by keys of the other side, whose columns may hold more than ours: such a row cannot be here. */
import type {Key} from '../../model/change.ts';
import type {Table} from '../../model/table.ts';
import {keyColumns, textArray} from './postgres-sql.ts';

/** One array of texts per key column, for `unnest`; keys that this table cannot have are left out, so that none of them fails the others. */
export const keyArrays = (table: Table, keys: readonly Key[]): string[] => {
  const columns = keyColumns(table);
  const possible = keys.filter((key) => columns.every(({type}, i) => canHold(type, key[i] ?? null)));
  return columns.map((_, i) => textArray(possible.map((key) => key[i] ?? null)));
};

/** Bits of the types that hold fewer whole numbers than another column may. */
const BITS: Readonly<Record<string, number>> = {smallint: 16, integer: 32, bigint: 64};

const canHold = (type: string, value: string | null): boolean => {
  if (value === null) return true;
  const bits = BITS[type];
  if (bits !== undefined) return /^-?\d+$/.test(value) && BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
  return type !== 'uuid' || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
};
