/** A table of texts, for tests of what becomes of rows wherever they come from; its first column is its key. */
import type {Column, Table} from '../../src/model/table.ts';

const column = (name: string): Column => ({
  name,
  type: 'text',
  notNull: false,
  generated: false,
  identity: undefined,
  portableBinary: false,
});

export const textTable = (schema: string, name: string, ...columns: readonly string[]): Table => ({
  name: {schema, name},
  columns: columns.map(column),
  key: columns.slice(0, 1),
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
