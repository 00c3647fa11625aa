/** What a side holds, as `assess` shows it. Numbers come from the server's own statistics and are estimates where it estimates. */
export type Inventory = {
  readonly databaseBytes: number;
  /** How much log the server has ever written; two of these tell how fast it writes. */
  readonly logBytes: number;
  readonly objects: readonly {readonly kind: string; readonly count: number}[];
  readonly extensions: readonly {readonly name: string; readonly version: string}[];
  /** What could be installed there, in the version that it would have. */
  readonly availableExtensions: readonly {readonly name: string; readonly version: string}[];
  /** `max` are those that an ordinary role may have. */
  readonly connections: {readonly max: number; readonly used: number};
  /** What is used beyond plain columns, keys and indexes, and how often. */
  readonly features: readonly {readonly name: string; readonly count: number}[];
  /** Of everybody on the server, at this moment. */
  readonly openTransactions: OpenTransactions;
  readonly statements: Statements;
  readonly indexCheck: IndexCheck;
  /** Data pages carry checksums, so a damaged page is an error and not a wrong row. */
  readonly hasChecksums: boolean;
  /** Collations whose library orders texts differently now than when indexes were built with it, perhaps. */
  readonly staleCollations: readonly {readonly name: string; readonly recorded: string; readonly actual: string}[];
};

export type OpenTransactions = {readonly count: number; readonly oldestMs: number} | {readonly notShown: string};

/** Slowest first, by total time; the text is normalised and carries no value. Or why there is no record. */
export type Statements = readonly StatementRecord[] | {readonly notRecorded: string};

export type StatementRecord = {readonly query: string; readonly calls: string; readonly meanMs: string; readonly maxMs: string};

/** Of the indexes that chunks are read through, or why there was none. */
export type IndexCheck =
  | {readonly checked: number; readonly corrupt: readonly {readonly index: string; readonly reason: string}[]}
  | {readonly notChecked: string};
