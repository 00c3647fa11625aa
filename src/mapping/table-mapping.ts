/** The mapping of one table in one direction, put together from its columns. Pure; called for every row that is not copied raw. */
import type {Row} from '../model/change.ts';
import {type Column, nameOf, type Table, writtenColumns} from '../model/table.ts';
import {tableForms} from './text-forms.ts';
import {changeMapping} from './change-mapping.ts';
import {keyMapping} from './key-mapping.ts';
import type {ColumnMapping, RowChange, TableMapping} from './mapping.ts';
import {carriedColumns, isOneToOne, partialRow, type Part, receivedRow} from './partial-row.ts';

/** `mustReturn`: a value that would not come back as it was is refused. */
export const forwardMapping = (from: Table, to: Table, columns: readonly ColumnMapping[], mustReturn: boolean): TableMapping =>
  tableMapping(
    from,
    to,
    columns
      .filter(({target}) => target.length > 0)
      .map(
        (column): Part => ({
          ...kindOf(column),
          ...(column.kept ? {kept: column.kept} : {}),
          inputs: column.source,
          outputs: column.target,
          map: column.forward,
          back: mustReturn ? column.reverse : undefined,
          undo: column.reverse,
        }),
      ),
  );

export const reverseMapping = (from: Table, to: Table, columns: readonly ColumnMapping[], mustReturn: boolean): TableMapping =>
  tableMapping(from, to, columns.flatMap(reversePart(mustReturn)));

const reversePart =
  (mustReturn: boolean) =>
  (column: ColumnMapping): Part[] => {
    const {source, target, forward, reverse} = column;
    if (!reverse || source.length === 0) return [];
    const back = mustReturn && target.length > 0 ? forward : undefined;
    return [{...kindOf(column), inputs: target, outputs: source, map: reverse, back, undo: forward}];
  };

const kindOf = ({
  isPlain,
  asKey,
  isConverted,
  isSame,
  alike,
}: ColumnMapping): Pick<Part, 'isPlain' | 'asKey' | 'isConverted' | 'isSame' | 'alike'> => ({
  isPlain,
  ...(asKey ? {asKey} : {}),
  ...(isConverted ? {isConverted} : {}),
  ...(isSame ? {isSame} : {}),
  ...(alike ? {alike} : {}),
});

const tableMapping = (from: Table, to: Table, parts: readonly Part[]): TableMapping => {
  const isPlain = parts.every((part) => part.isPlain);
  const reads = {...from, columns: columnsOf(from, [...new Set(parts.flatMap(({inputs}) => inputs))])};
  const isWhole = reads.columns.length === writtenColumns(from).length;
  const isSame = isPlain && isWhole && parts.every(({inputs, outputs}) => inputs[0] === outputs[0]);
  const mapped = (row: Row): {readonly row: Row; readonly isTorn: boolean} => (isSame ? {row, isTorn: false} : partialRow(parts, row, to));
  const carried = isPlain ? undefined : carriedColumns(parts, to);
  const writes = written(from, to, parts);
  const alike = isPlain || !isOneToOne(parts) ? undefined : tableForms(parts.map((part) => part.alike));
  const converting = parts.filter(({isConverted}) => isConverted);
  const {keyThere, keyBack} = keyMapping(from, to, parts);
  const isLenient = from.only !== undefined || parts.some(({inputs}) => inputs.length > 1);
  return {
    from,
    to,
    reads,
    writes,
    isPlain,
    isLenient,
    columns: new Map(parts.flatMap((part) => (part.asKey === 'same' ? [[part.inputs[0] ?? '', part.outputs[0] ?? '']] : []))),
    row: (row) => mapped(row).row,
    ...(carried ? {carried} : {}),
    ...(alike ? {alike} : {}),
    keyThere,
    keyBack,
    received: converting.length > 0 ? (row) => receivedRow(converting, row) : (row) => row,
    change:
      isSame && !from.only && !to.only && nameOf(from.name) === nameOf(to.name) ? unchanged : changeMapping({from, to, mapped, keyThere}),
  };
};

const unchanged = (change: RowChange): RowChange => change;

const columnsOf = (table: Table, names: readonly string[]): Column[] =>
  names.flatMap((name) => table.columns.filter((column) => column.name === name));

/** Binary rows are for columns whose binary form means the same on both sides, so never for those that change their type. */
const written = (from: Table, to: Table, parts: readonly Part[]): Table => {
  const columns = parts.flatMap(({inputs, outputs, isPlain}) => {
    const [source] = isPlain ? columnsOf(from, inputs) : [];
    return columnsOf(to, outputs).map((column) => ({
      ...column,
      portableBinary: column.portableBinary && source?.portableBinary === true && source.type === column.type,
    }));
  });
  const isWhole = columns.length === writtenColumns(to).length;
  // A table that has just been made has no statistics yet.
  const estimates = {
    estimatedRows: Math.max(from.estimatedRows, to.estimatedRows),
    estimatedBytes: Math.max(from.estimatedBytes, to.estimatedBytes),
  };
  return {...to, ...estimates, columns, ...(isWhole ? {} : {isPartial: true})};
};
