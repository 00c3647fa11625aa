/**
 * What the acts of one side send, as SQL to be read before it is sent: asked by `plan` and `sql`. One function for each
 * act that writes DDL, takes locks, changes settings, grants, slots or publications, or touches the application's tables,
 * under the name it has in its own contract. The texts come from the functions that the acts themselves use, so they
 * cannot differ; what only a run knows stands in angle brackets: `<attempt>`. No secret is ever in them.
 */
import type {TextForms} from '../model/text-form.ts';
import type {PlannedOperation} from '../model/planned-operation.ts';
import type {Direction, Side} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import type {BulkFormat} from './engine.ts';
import type {SchemaScript} from './schema.ts';

export type Statement = {
  readonly side: Side;
  readonly sql: string;
  /** On the application's tables, and those of no table that others may wait for. */
  readonly locks: readonly Lock[];
  /** What takes it back: SQL, or words where a run has to look what there is. Absent: nothing stays behind. */
  readonly undo?: string;
  /** Absent: it is always sent. */
  readonly when?: string;
};

/** `isPlain`: the servers' own texts are the same; `alike`: they make some that are. Without either, rows are read. */
export type ComparedBy = {readonly isPlain: boolean; readonly alike?: TextForms};

export type Lock = {
  /** As the server calls it: `SHARE ROW EXCLUSIVE`. */
  readonly mode: string;
  /** Names of tables as a plan writes them, or of what is locked otherwise. */
  readonly on: readonly string[];
  /** Who has to be done first. */
  readonly waitsFor: string;
  /** Given up after so long; absent: it waits as long as it takes. */
  readonly waitMsMax?: number;
  readonly heldUntil: 'COMMIT' | 'the end of the statement' | 'the end of the session';
};

type Announced = Promise<readonly Statement[]>;

/** An absent method is an act that the engine does not have. */
export interface Statements {
  readonly control: {
    install(): Announced;
    /** `lock` and `raiseEpoch`. */
    lease(): Announced;
    remove(): Announced;
  };
  readonly fence: {
    closeFromStart(tables: readonly Table[]): Announced;
    /** Nothing where `raise` has time for it in `holdMs`. */
    arm?(tables: readonly Table[], holdMs: number): Announced;
    raise(tables: readonly Table[], budgetMs: number): Announced;
    commit(): Announced;
    release(): Announced;
    open(): Announced;
    clean(tables: readonly Table[]): Announced;
    remove(tables: readonly Table[]): Announced;
  };
  readonly source: {
    createStream(direction: Direction, tables: readonly Table[]): Announced;
    dropStream(direction: Direction): Announced;
    changes(direction: Direction): Announced;
    planRanges(tables: readonly Table[], bytes: number): Announced;
    copyOut(table: Table, format: BulkFormat): Announced;
    readRows(tables: readonly Table[]): Announced;
    readSequences(): Announced;
  };
  readonly target: {
    nonEmpty(tables: readonly Table[]): Announced;
    /** DDL of one text, statement by statement; `undo` where what it makes is ours to take away. */
    runSchemaFile(text: string, undo?: string): Announced;
    dropSchema(): Announced;
    loadChunk(table: Table, format: BulkFormat): Announced;
    apply(direction: Direction, tables: readonly Table[]): Announced;
    setSequences(): Announced;
    analyze(tables: readonly Table[]): Announced;
    refreshViews?(): Announced;
    empty(tables: readonly Table[]): Announced;
  };
  readonly clients: {
    end(): Announced;
  };
  readonly tokens: {
    /** To the role of a path of the application. */
    allow(role: string): Announced;
  };
  readonly compare: {
    counts(tables: readonly Table[]): Announced;
    /** Everything that a comparison of these may read. */
    rows(tables: readonly Table[], by: ComparedBy): Announced;
  };
  readonly schema?: {
    tryOut(script: SchemaScript): Announced;
    empty(tables: readonly Table[]): Announced;
  };
  readonly alter?: {
    findings(planned: PlannedOperation, earlier: readonly PlannedOperation[]): Announced;
    start(planned: PlannedOperation): Announced;
    sync(planned: PlannedOperation): Announced;
    /** Of one chunk. */
    fillChunk(table: Table, fills: readonly PlannedOperation[]): Announced;
    validate(planned: PlannedOperation): Announced;
    complete(planned: PlannedOperation): Announced;
    undo(planned: PlannedOperation): Announced;
  };
}
