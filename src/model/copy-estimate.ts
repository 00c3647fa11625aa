/** How long a copy may take, before anything of it was measured. */
import type {Table} from './table.ts';

/** Between a slow cloud disk and a fast local one; whoever shows the estimate names it, so that nobody takes it for a measurement. */
export const COPY_BYTES_PER_SECOND = 50 * 1024 * 1024;

export const copySecondsOf = (tables: readonly Pick<Table, 'estimatedBytes'>[]): number =>
  Math.ceil(tables.reduce((total, table) => total + table.estimatedBytes, 0) / COPY_BYTES_PER_SECOND);
