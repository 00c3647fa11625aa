/** Row operations that one multi-row statement can carry out together. Pure. */
import type {RowOperation} from '../model/row-operation.ts';

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
  const groups = new Map<string, GrowingGroup>();
  const newest: Partial<Record<RowOperation['form'], GrowingGroup>> = {};
  for (const operation of operations) {
    const columns = operation.form === 'delete' ? NO_COLUMNS : Object.keys(operation.row);
    const exact = 'exact' in operation ? operation.exact : true;
    const before = newest[operation.form];
    // Nearly every row has the columns of the one before it, and then no text has to be built to find its group.
    const group = before?.exact === exact && isSame(before.columns, columns) ? before : groupOf(groups, operation.form, exact, columns);
    group.operations.push(operation);
    newest[operation.form] = group;
  }
  return [...groups.values()].sort((a, b) => ORDER[a.form] - ORDER[b.form]);
};

type GrowingGroup = {form: RowOperation['form']; exact: boolean; columns: readonly string[]; operations: RowOperation[]};
const NO_COLUMNS: readonly string[] = [];

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, i) => name === b[i]);

const groupOf = (
  groups: Map<string, GrowingGroup>,
  form: RowOperation['form'],
  exact: boolean,
  columns: readonly string[],
): GrowingGroup => {
  const id = `${form} ${exact} ${columns.join('\0')}`;
  const known = groups.get(id);
  if (known) return known;
  const group: GrowingGroup = {form, exact, columns, operations: []};
  groups.set(id, group);
  return group;
};
