/** What the parts of a wider key are called until they take the names of the narrow one. */
import type {ForeignKey, KeptIndex, WiderColumn, WiderKey} from '../../model/planned-operation.ts';
import {nameOf, type TableName} from '../../model/table.ts';
import {quoteName} from './postgres-sql.ts';

/** Of an index or a foreign key. */
export const nameWhileBuilt = (name: string): string => `${name}_new`;

export const widerNameOf = ({into}: WiderColumn): string => into[0]?.column ?? '';

const widerIn = ({columns}: WiderKey, table: TableName, column: string): string => {
  const found = columns.find((one) => nameOf(one.table) === nameOf(table) && one.column === column);
  return found ? widerNameOf(found) : column;
};

export const widerForeignKey = <Key extends ForeignKey>(planned: WiderKey, key: Key): Key => {
  const {table, name, columns, references} = key;
  return {
    ...key,
    name: nameWhileBuilt(name),
    columns: columns.map((one) => widerIn(planned, table, one)),
    references: {...references, columns: references.columns.map((one) => widerIn(planned, references.table, one))},
  };
};

/** Of `order_id desc` the column, however it is quoted, and what follows it. An expression that has it inside stays as it is. */
const COLUMN = /^\s*("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)(\s[^(]*)?$/i;

export const onWider = (planned: WiderKey, {table, on}: KeptIndex): string[] =>
  on.map((item) => {
    const [, written = '', rest = ''] = COLUMN.exec(item) ?? [];
    const column = written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();
    const wider = widerIn(planned, table, column);
    return written === '' || wider === column ? item : `${quoteName(wider)}${rest}`;
  });
