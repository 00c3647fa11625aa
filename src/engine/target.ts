/** The facet of a side that receives rows: schema, chunks, lanes of changes, and what it remembers of both. */
import type {Readable} from 'node:stream';
import type {Row} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {Direction} from '../model/side.ts';
import type {Table, TableName} from '../model/table.ts';
import type {Applier, ApplierOptions, Parked, Progress, StoredWindows} from './applier.ts';
import type {Chunk, PlannedRange} from './chunk.ts';
import type {BulkFormat} from './engine.ts';
import type {SequenceState} from './sequence-state.ts';

/** The side as the receiver. Every write is opened and tagged by one function of the engine. */
export interface Target {
  /** What stands in the mapped tables already: the names of those with rows. */
  nonEmpty(tables: readonly Table[]): Promise<TableName[]>;
  /** Runs the statements of a file, whose content is `text`, each once, recorded with it. `stays`: `dropSchema` leaves what it makes. */
  runSchemaFile(
    file: string,
    text: string,
    signal: AbortSignal,
    stays?: 'stays',
  ): Promise<{readonly statements: number; readonly ran: number}>;
  /** Takes all rows out of tables that this migration has filled. Called by abort. */
  empty(tables: readonly Table[]): Promise<void>;
  /** Drops what the schema files created here, and nothing else; a second call finds nothing. Called by abort. */
  dropSchema(): Promise<void>;
  /** Loads one chunk and commits it as done by compare-and-set on the chunk's row (R4). `end` is asked after the source's read ended. */
  loadChunk(request: {
    readonly table: Table;
    readonly chunk: Chunk;
    readonly epoch: number;
    readonly format: BulkFormat;
    readonly input: Readable;
    readonly end: (bytes: number) => Promise<Position>;
  }): Promise<{readonly rows: number; readonly bytes: number}>;
  /** Rows as the bulk format `text`, which is the same in all engines: lines as PostgreSQL's COPY has them. */
  bulkOf(table: Table, rows: AsyncIterable<readonly Row[]>): Readable;
  /** The lane of a direction, for tables as this side's catalogue shows them. */
  applier(direction: Direction, epoch: number, tables: readonly Table[], options?: ApplierOptions): Promise<Applier>;
  /** Rows that a lane of this side has left out. */
  parked(): Promise<readonly Parked[]>;
  progress(direction: Direction): Promise<Progress | undefined>;
  /** Creates the progress row, or replaces its position; never takes it back within one epoch unless `mark` says so. */
  setProgress(direction: Direction, position: Position, epoch: number): Promise<void>;
  chunks(): Promise<Chunk[]>;
  /** Stores the planned ranges once; a second call with others changes nothing and answers the stored ones. */
  planChunks(ranges: readonly PlannedRange[], epoch: number): Promise<Chunk[]>;
  /** Other ranges of the same rows instead of open chunks that nobody has begun in this epoch; CF-LEASE-002 when one is done or gone. */
  recutChunks(open: readonly number[], ranges: readonly PlannedRange[], epoch: number): Promise<Chunk[]>;
  /** Open end positions and re-read lists: what decides window or strict (R7). Of several ends of a table the last one counts. */
  windows(): Promise<StoredWindows>;
  setSequences(states: readonly SequenceState[], margin: number): Promise<void>;
  analyze(tables: readonly Table[]): Promise<void>;
  /**
   * Computes anew what this side keeps of queries over these tables. One that cannot be is named, with the reason. Absent
   * where an engine keeps nothing of the kind.
   */
  refreshViews?(
    tables: readonly Table[],
    signal: AbortSignal,
  ): Promise<{readonly refreshed: readonly string[]; readonly failed: readonly {readonly view: string; readonly reason: string}[]}>;
}
