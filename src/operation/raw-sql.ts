import type {Planned} from '../model/planned-operation.ts';
import type {Operation} from './operation.ts';
import {tableChange} from './table-change.ts';

/** What no other operation does, in the operator's own statements, which give way: each list in one short transaction where DDL can be part of one. */
export const rawSql = (planned: Planned<'raw-sql'>): Operation =>
  tableChange(planned, {
    start: `run the ${planned.start.length} statements of ${planned.name}`,
    validate: planned.validate === undefined ? `nothing to count: ${planned.name} names no query` : `ask the query of ${planned.name}`,
    complete: `run the ${planned.complete.length} last statements of ${planned.name}`,
    undo: `run the ${planned.undo.length} statements that undo ${planned.name}`,
  });
