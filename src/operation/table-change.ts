/** What all operations have in common: tables that are there, and an engine that can change them while they are in use. */
import type {Database, Finding} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {operationName, type PlannedOperation, tablesOf} from '../model/planned-operation.ts';
import {nameOf} from '../model/table.ts';
import type {Operation, OperationWords} from './operation.ts';

export const tableChange = (planned: PlannedOperation, words: OperationWords): Operation => ({
  name: operationName(planned),
  planned,
  words,
  assess: (database, earlier) => assess(database, planned, earlier, words.fills !== undefined),
  start: (place) => alterOf(place.database).start({...place, planned}),
  sync: (place) => alterOf(place.database).sync({...place, planned}),
  users: (database) => alterOf(database).users(planned),
  validate: ({database}) => alterOf(database).validate(planned),
  complete: (place) => alterOf(place.database).complete({...place, planned}),
  undo: (place) => alterOf(place.database).undo({...place, planned}),
});

const assess = async (
  database: Database,
  planned: PlannedOperation,
  earlier: readonly PlannedOperation[],
  isFilled: boolean,
): Promise<Finding[]> => {
  const names = [...new Set(tablesOf(planned).map(nameOf))];
  const tables = await database.catalog.tables({tables: names, exclude: []});
  const missing = names.filter((name) => !tables.some((one) => nameOf(one.name) === name));
  if (missing.length)
    return missing.map((name) => refuse('CF-SCOPE-001', name, 'is not there', 'check the table of the operation: schema.table'));
  const table = tables.find((one) => nameOf(one.name) === names[0]);
  if (!table) return [];
  return [
    ...tables
      .filter(({key}) => isFilled && key.length === 0)
      .map(({name}) =>
        refuse('CF-SCOPE-002', nameOf(name), 'has no primary key, so its rows cannot be filled range by range', 'add a primary key'),
      ),
    ...(await alterOf(database).findings(table, planned, earlier)),
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
