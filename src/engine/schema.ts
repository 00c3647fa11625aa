/**
 * The facet of a side that knows DDL: writes the schema of some tables, tries one out, and names what the replay window
 * forbids. Asked by `assess` and `prepare-target`, by `plan`, and by the comparison of both catalogues.
 */
import type {Finding} from './engine.ts';
import type {Reshape} from '../model/reshape.ts';
import type {Table} from '../model/table.ts';

/** One statement of DDL and the object it makes, as a person would name it: `index shop.orders_customer`. */
export type SchemaStatement = {
  readonly object: string;
  readonly sql: string;
  /** Roles it names, which the receiving server may not have. */
  readonly roles: readonly string[];
  /** Whether the database is whole without it: owners, grants, comments, extensions that nothing uses. */
  readonly isOptional: boolean;
};

/** Pre-data: what the replay window allows (R10). Post-data: the rest, for complete tables. Both in order. */
export type SchemaScript = {readonly preData: readonly SchemaStatement[]; readonly postData: readonly SchemaStatement[]};

export interface Schema {
  /**
   * The DDL of these tables, of all they need, and of what lives in their schemas or in those named. What cannot be
   * written is a `refuse` finding of its own.
   */
  read(tables: readonly Table[], schemas?: readonly string[]): Promise<SchemaScript & {readonly findings: readonly Finding[]}>;
  /** Carries all of it out and takes it back, whatever happens; answers the statements that failed, and why. */
  tryOut(script: SchemaScript, signal: AbortSignal): Promise<readonly {readonly statement: SchemaStatement; readonly reason: string}[]>;
  /**
   * A schema file's statements, each named by its line: `pre.sql:12`. Throws CF-TGT-004 for what is not SQL, or cannot be run
   * there. Absent where files cannot be tried out.
   */
  statements?(file: string, text: string): Promise<readonly SchemaStatement[]>;
  /**
   * The script as it is when some tables have another shape: carried out in one transaction that is rolled back, changed
   * there by the server's own DDL, and read again. `ran` is what was carried out. What cannot follow its columns is a
   * `refuse` finding by name, and so is a statement that the server would not take, unless it is optional.
   */
  reshaped(
    script: SchemaScript,
    tables: readonly Table[],
    reshapes: readonly Reshape[],
    signal: AbortSignal,
  ): Promise<SchemaScript & {readonly findings: readonly Finding[]; readonly ran: readonly SchemaStatement[]}>;
  /** Whether an unfinished migration of that name has begun to make its schema here. */
  isBegun(migration: string): Promise<boolean>;
  /** What R10 forbids and these tables have: the statements that remove it, and those that put it back, in order. */
  forbidden(tables: readonly Table[]): Promise<{readonly remove: readonly SchemaStatement[]; readonly restore: readonly SchemaStatement[]}>;
  roles(): Promise<readonly string[]>;
  /** Stores a text beside the data, once: a second call changes nothing and answers what is stored. */
  keep(name: string, text: string): Promise<string>;
  kept(name: string): Promise<string | undefined>;
  /** Empties tables that were filled by this migration only. */
  empty(tables: readonly Table[]): Promise<void>;
  /** A text that is the same for statements that mean the same, whichever version of the server has worded them. */
  meaning(sql: string): Promise<string>;
  /** What stands in the way of `dump`: no such program, or one that is older than the server. */
  dumpFindings?(): Promise<readonly Finding[]>;
  /** The same as `read` by the database's own tool. Absent where there is none. */
  dump?(tables: readonly Table[]): Promise<SchemaScript>;
}
