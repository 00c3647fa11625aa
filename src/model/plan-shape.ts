/**
 * How a server would carry a statement out, without values: what it reads and how, and what it expects of that. Two servers
 * are compared by it, so it has no condition, no output and no name of a session's own.
 */
export type PlanShape = PlanFigures & {
  readonly scans: readonly Scan[];
  /** Of each table that is read, the indexes that could be used. */
  readonly indexes: Readonly<Record<string, readonly Index[]>>;
};

export type PlanFigures = {
  /** As the server calls its steps, from the outside in. */
  readonly nodes: readonly string[];
  /** Rows that come out, and the server's own units of work: both are estimates. */
  readonly rows: number;
  readonly cost: number;
};

/** Of one table: by these indexes; by none where it is read from end to end. */
export type Scan = {readonly table: string; readonly by: readonly string[]; readonly rows: number};

/** `of`: what it is made of, as the server writes it, without a name. */
export type Index = {readonly name: string; readonly of: string};
