/** Row operations that one multi-row statement can carry out together. Pure. */
import type {RowOperation} from '../../model/row-operation.ts';

export type Group = {
  readonly form: RowOperation['form'];
  readonly exact: boolean;
  /** Columns the statement writes, in the order of the first operation's row; empty for deletes. */
  readonly columns: readonly string[];
  readonly operations: readonly RowOperation[];
};

/** Deletes free the unique values that inserts may take again, so they come first. */
const ORDER: Record<RowOperation['form'], number> = {delete: 0, move: 1, update: 2, upsert: 3, insert: 4};

export const groupOperations = (operations: readonly RowOperation[]): Group[] => {
  const groups = new Map<string, {form: RowOperation['form']; exact: boolean; columns: readonly string[]; operations: RowOperation[]}>();
  for (const operation of operations) {
    const columns = operation.form === 'delete' ? [] : Object.keys(operation.row);
    const exact = 'exact' in operation ? operation.exact : true;
    const id = `${operation.form} ${exact} ${columns.join('\0')}`;
    const group = groups.get(id);
    if (group) group.operations.push(operation);
    else groups.set(id, {form: operation.form, exact, columns, operations: [operation]});
  }
  return [...groups.values()].sort((a, b) => ORDER[a.form] - ORDER[b.form]);
};
