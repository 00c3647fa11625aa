/**
 * The room that a side's server has, and what these tables take of it. Numbers are estimates or of a moment: they refuse,
 * warn, slow down and stop, and nothing about the data is decided by them.
 */
import type {TableName} from '../model/table.ts';

export interface Storage {
  /**
   * The disks of the server's data and of its log, or one for both. Empty where they cannot be measured from here: no
   * server tells its clients, so this process has to run on the same machine, and has to have proved it.
   */
  disks(): Promise<readonly Disk[]>;
  /** What all databases of the server take, those excepted whose size this role may not ask, and a log that is kept by rules of the server's own. */
  databaseBytes(): Promise<number>;
  /** Of those that exist, partitions included. */
  tableSizes(tables: readonly TableName[]): Promise<TableSizes>;
  /** About how large the log becomes while nobody holds it; infinite where only its age limits it. */
  logBytesMax(): Promise<number>;
}

export type Disk = {readonly holds: 'data' | 'log' | 'data and log'; readonly freeBytes: number; readonly totalBytes: number};

export type TableSizes = {readonly dataBytes: number; readonly indexBytes: number; readonly largestIndexBytes: number};
