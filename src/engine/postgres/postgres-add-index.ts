/** An index that is built while others read and write, as statements. */
import type {NewIndex} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import {ONLY_NOTED, type OwnChange} from './postgres-change.ts';
import {expression} from './postgres-in-step.ts';
import {quoteName, quoteTable, quoteValue} from './postgres-sql.ts';

export const addIndexChange = (index: NewIndex): OwnChange => {
  const {table, name} = index;
  const made: TableName = {schema: table.schema, name};
  return {
    start: [...ONLY_NOTED, {doing: 'building', index: made, create: createIndex(index, quoteTable(table), 'CONCURRENTLY ')}],
    sync: [],
    count: `SELECT count(*)::text AS rows, (1 - count(*))::text AS unfilled FROM pg_index WHERE indrelid = ${quoteValue(quoteTable(table))}::regclass AND indexrelid = to_regclass(${quoteValue(quoteTable(made))}) AND indisvalid`,
    prove: [],
    complete: [],
    old: [],
    undo: [{doing: 'dropping', index: made}, ...ONLY_NOTED],
    objections: [
      {
        ask: {text: `SELECT to_regclass($1)::text AS what WHERE to_regclass($1) IS NOT NULL`, values: [quoteTable(made)]},
        reason: 'is there already',
        next: 'take another name, or leave the operation out',
      },
      {
        ask: {text: `SELECT relname AS what FROM pg_class WHERE oid = $1::regclass AND relkind = 'p'`, values: [quoteTable(table)]},
        reason: 'is on a partitioned table, where an index cannot be built while others write',
        next: 'add it to the partitions one by one',
      },
    ],
    trial: [{text: createIndex(index, 'pg_temp.crossfade_shape', '')}],
  };
};

export const createIndex = ({name, on, unique, where}: NewIndex, table: string, how: string): string =>
  `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${how}${quoteName(name)} ON ${table} (${on.join(', ')})${where === undefined ? '' : ` WHERE ${expression(where)}`}`;
