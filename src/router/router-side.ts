/**
 * What a router needs of one database over one driver. A driver is a file beside this one that implements it; where to
 * (`route-watch.ts`), may it be sent again (`outcome.ts`), hold and close (`routing.ts`) are written once for all.
 */
import type {DualSide} from './dual-side.ts';
import type {RawAnswer} from './raw-answer.ts';
import type {Route} from './route-choice.ts';

/** As Kysely compiles them. */
export type Statement = {readonly sql: string; readonly parameters?: readonly unknown[]};

/** One database. `S` is the driver's own way of sending statements, as its users know it. */
export interface RouterSide<S> {
  /** Makes no connection before one is needed. Without `connectionsMax` the side's own limit counts. */
  openPool(connectionsMax: number | undefined): SidePool<S>;
  /** A connection of its own, on which the route is read. */
  openReader(migration: string, calls: ReaderCalls): RouteReader;
  /** How long until the route is read again without any word from the database, after it has said these. */
  rereadAfterMs(routes: readonly Route[]): number;
  /** For an application that is moved reads first. `outbox`: schema.table. */
  dual(outbox: string): DualSide<S>;
  /** The answer with its values as the server has sent them, whatever the application lets its driver make of them. */
  readRaw(statements: S, statement: Statement): Promise<RawAnswer>;
}

export interface SidePool<S> {
  /** Open connections, in use or not. */
  readonly size: number;
  /** Waits for a free one. Throws when none can be had, also when the one that was found has failed meanwhile. */
  take(): Promise<SideConnection<S>>;
  /** Waits for those in use; a goodbye that nobody answers is cut off, so that no socket keeps the process. */
  end(): Promise<void>;
  /** Cuts all connections, those in use too. */
  cut(): void;
}

/** One connection for one statement or one transaction. */
export interface SideConnection<S> {
  readonly statements: S;
  /** The fence refused one of its statements. */
  readonly wasRefused: boolean;
  /** False when a part of what was sent may stay although the rest is taken back. */
  readonly isWhole: boolean;
  /** Set by whoever finds out; the connection is then closed instead of kept. */
  isBroken: boolean;
  begin(modes: TransactionModes): Promise<void>;
  /** Throws TransactionAborted where the database has taken back what was sent before. */
  commit(): Promise<void>;
  rollBack(): Promise<void>;
  release(): void;
}

/** What is absent is left to the database. */
export type TransactionModes = {
  readonly isolationLevel?: 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';
  readonly accessMode?: 'read only' | 'read write';
};

export interface RouteReader {
  connect(): Promise<void>;
  /** No rows where nothing was prepared yet. Whatever it throws ends this connection. */
  read(): Promise<readonly Route[]>;
  /** Says goodbye; what does not answer is cut. */
  close(): Promise<void>;
}

/** `onNews`: the database says that the route is another one. `onLost`: the connection is gone. */
export type ReaderCalls = {readonly onNews: () => void; readonly onLost: (error: unknown) => void};

/** The modes as SQL has them in `set transaction`; only words of ours reach the database. */
export function modesText({isolationLevel, accessMode}: TransactionModes): readonly string[] {
  for (const word of [isolationLevel, accessMode])
    if (word !== undefined && !WORDS.has(word)) throw new TypeError(`a transaction cannot be ${String(word)}`);
  return [...(isolationLevel ? [`isolation level ${isolationLevel}`] : []), ...(accessMode ? [accessMode] : [])];
}

const WORDS: ReadonlySet<string> = new Set([
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
  'read only',
  'read write',
] satisfies TransactionModes[keyof TransactionModes][]);
