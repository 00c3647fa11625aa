/**
 * What statements of clients cost a server, as it counts them itself. Two servers number the same statement differently,
 * so it is known by its text without values: `fingerprint` is a digest of that, `text` its beginning, for people.
 */
export type StatementTime = {readonly fingerprint: string; readonly text: string; readonly calls: number; readonly totalMs: number};

/** Most time first. `countedSince`: RFC 3339, when the server began to count; undefined where it does not tell. */
export type StatementTimes<T = StatementTime> = {readonly countedSince: string | undefined; readonly statements: readonly T[]};

/** `notRecorded`: why there is no record, and what would change that. */
export type StatementRecord<T = StatementTime> = StatementTimes<T> | {readonly notRecorded: string};

/** Both sides shortly before the traffic left the source: its figures end there, and those of the target begin there. */
export type RememberedStatements = {readonly at: string; readonly source: StatementRecord; readonly target: StatementRecord};
