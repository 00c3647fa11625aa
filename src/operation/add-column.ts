import type {Database, Finding} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {columnName, type NewColumn} from '../model/planned-operation.ts';
import {nameOf} from '../model/table.ts';
import type {Operation, Workplace} from './operation.ts';

/**
 * Adds a column, with its default, its NOT NULL and a value for the rows that are there already. The default stands
 * from the start where it is one value for all rows; with a backfill it comes last, because until then an absent value
 * is how a writer that does not know the column is recognised.
 */
export const addColumn = (column: NewColumn): Operation => ({
  name: `add-column ${columnName(column)}`,
  fills: column.backfill === undefined ? [] : [column],
  assess: (database) => assess(database, column),
  start: (place) => alterOf(place.database).addColumn({...place, column}),
  validate: ({database}) => alterOf(database).countUnfilled(column),
  complete: (place: Workplace) => alterOf(place.database).completeColumn({...place, column}),
  undo: (place) => alterOf(place.database).dropColumn({...place, column}),
});

const assess = async (database: Database, column: NewColumn): Promise<Finding[]> => {
  const name = nameOf(column.table);
  const [table] = await database.catalog.tables({tables: [name], exclude: []});
  if (!table) return [refuse('CF-SCOPE-001', name, 'is not there', 'check the table of the operation: schema.table')];
  const noKey = column.backfill !== undefined && table.key.length === 0;
  return [
    ...(noKey
      ? [refuse('CF-SCOPE-002', name, 'has no primary key, so its rows cannot be filled range by range', 'add a primary key')]
      : []),
    ...(await alterOf(database).findings(table, column)),
  ];
};

const refuse = (code: string, object: string, reason: string, next: string): Finding => ({severity: 'refuse', code, object, reason, next});

const alterOf = ({alter, engine}: Database): NonNullable<Database['alter']> => {
  if (alter) return alter;
  throw new TerminalError(`${engine} cannot change a table in place`, {
    code: 'CF-SCOPE-004',
    next: 'use another workflow for this database',
  });
};
