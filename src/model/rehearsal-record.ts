/**
 * What a rehearsal yields: a file that says what was rehearsed, around which databases, and what came of it. Written by
 * `crossfade rehearse`, read by the gate `rehearsed` and by `report`. Fields are added and never changed.
 */
import type {Side} from './side.ts';

export type SideSurroundings = {
  readonly engine: string;
  readonly version: number;
  readonly versionText: string;
  /** Of the server, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Rights that the plan's role needs and has not, as statements. */
  readonly missingGrants: readonly string[];
};

/** What a plan was carried out in the middle of: the plan's own databases, when it was rehearsed. */
export type Surroundings = Readonly<Record<Side, SideSurroundings>> & {
  readonly crossfade: string;
  readonly plan: {readonly name: string; readonly checksum: string};
  /** Of the source, by estimate. */
  readonly tables: readonly TableSize[];
};
export type TableSize = {readonly table: string; readonly rows: number; readonly bytes: number};

/** One visit of a phase on the clone. */
/** `rowsMs`: of `ms`, what its steps took that read or write every row. Absent in older records. */
export type RehearsedPhase = {readonly phase: string; readonly ms: number; readonly outcome: string; readonly rowsMs?: number};

/** One attempt to move the traffic. */
export type RehearsedSwitch = {readonly direction: 'forward' | 'reverse'; readonly decided: boolean; readonly heldMs: number | null};

/** Instead of the databases that the plan names: those of an environment, or clones that were made for it (null). */
export type RehearsedOn = {readonly environment: string | null};

/** Servers that stand for the plan's, as they call themselves. */
export type RehearsedEnvironment = {
  readonly name: string;
  readonly servers: Readonly<Record<Side, RehearsedServer>>;
  /** Whether `around` is of the plan's own databases. Where their addresses were not known, it is of these servers. */
  readonly isAroundPlan: boolean;
};
export type RehearsedServer = Pick<SideSurroundings, 'version' | 'versionText'> & {
  readonly systemId: string;
  readonly database: string;
};

/** What a replay did with its recording; transactions of all rounds. */
export type Replayed = {
  readonly recordedAt: string;
  readonly recordedMs: number;
  readonly transactions: number;
  readonly rounds: number;
  /** Updates and deletes of rows that are not in the clone. */
  readonly absent: number;
  /** By how much it came too late at most; holds are part of it. */
  readonly behindMs: number;
};

export type RehearsalRecord = {
  readonly schemaVersion: 1;
  readonly id: string;
  /** RFC 3339 UTC. */
  readonly madeAt: string;
  readonly by: string;
  readonly around: Surroundings;
  /** Absent when it went on clones. */
  readonly environment?: RehearsedEnvironment;
  /** The databases that it went on: clones, or those of an environment. */
  readonly clone: {
    readonly versions: Readonly<Record<Side, number>>;
    readonly extent: string;
    readonly tables: readonly TableSize[];
    readonly readable: readonly {readonly column: string; readonly what: string; readonly by: string}[];
    readonly lookedFor: number;
    readonly leftOut: readonly string[];
  };
  /** Of the plan's parts those that the run on the clone did without. */
  readonly leftOut: readonly string[];
  readonly phases: readonly RehearsedPhase[];
  readonly switches: readonly RehearsedSwitch[];
  readonly load: {
    readonly rows: number;
    readonly rate: number;
    /** So many times what the source was seen to write in its busiest seconds; null when somebody had said the rate. Absent in older records. */
    readonly measured?: {readonly times: number; readonly rowsPerSecond: number; readonly measuredMs: number} | null;
    /** Acknowledged a second, waits and holds included. Absent in older records. */
    readonly reached?: number;
    /** Of a recording that was played instead of writes that were made up. */
    readonly replayed?: Replayed;
    readonly acknowledged: number;
    readonly refused: number;
    readonly unknown: number;
    readonly lost: number;
    readonly longestWaitMs: number;
  };
  readonly targetBytes: number | null;
  /** The most of its log that the source had to keep for the stream. */
  readonly keptLogBytes: number | null;
  /** SHA-256 over the RFC 8785 form of all the rest but `signed`. */
  readonly digest: string;
  readonly signed: {readonly by: string; readonly key: string; readonly signature: string} | null;
};
