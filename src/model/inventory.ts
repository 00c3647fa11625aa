/** What a side holds, as `assess` shows it. Numbers come from the server's own statistics and are estimates where it estimates. */
export type Inventory = {
  readonly databaseBytes: number;
  readonly objects: readonly {readonly kind: string; readonly count: number}[];
  readonly extensions: readonly {readonly name: string; readonly version: string}[];
  readonly connections: {readonly max: number; readonly used: number};
  /** Slowest statements by total time, where the server records them; the text is normalised and carries no value. */
  readonly statements: readonly {readonly query: string; readonly calls: string; readonly meanMs: string}[] | undefined;
  /** Indexes that chunks are read through and that the server found corrupt; `undefined` when it cannot check. */
  readonly corruptIndexes: readonly {readonly index: string; readonly reason: string}[] | undefined;
  /** Data pages carry checksums, so a damaged page is an error and not a wrong row. */
  readonly hasChecksums: boolean;
};
