/**
 * What the run tells people while it works: a few named numbers and short notes. Never read back by the run itself and
 * never carrying row data or secrets. Everything may call it.
 */
import type {Rates} from './rates.ts';

export interface Telemetry {
  /** One line for people; `facts` are numbers, names and codes only. */
  note(text: string, facts?: Readonly<Record<string, string | number | boolean>>): void;
  /** The newest value of a number: rows copied, lag, backlog. */
  gauge(name: GaugeName, value: number): void;
  read(): Readonly<Partial<Record<GaugeName, number>>>;
  /** What holds the run up now, until it is said to be over with `undefined`; a later one of the same key replaces it. */
  wait(key: string, wait: Wait | undefined): void;
  /** How far the work under that key is, in words; `undefined` when it is over. */
  work(key: string, words: string | undefined): void;
  /** How busy the servers are, each time it was looked at. */
  usage(usages: readonly SideUsage[]): void;
  /** How much there is left of what the servers can run out of, each time it was looked at. */
  room(rooms: readonly Room[]): void;
  /** A figure of the application's own monitoring, each time it was looked at. */
  figure(figure: Figure): void;
  /** Sessions of the application on the side that is closed; undefined where nobody can tell. */
  leftBehind(count: number | undefined): void;
}

/** `value` is absent where it could not be measured. */
export type Figure = {readonly name: string; readonly max: number; readonly value?: number};

/** One thing that a server can run out of while a run goes on. */
export type Room = {
  readonly side: 'source' | 'target';
  /** `slot`: the log that it keeps for the stream. `age`: that log's age. `disk`: the disk. */
  readonly kind: 'slot' | 'age' | 'disk';
  /** What limits it: a setting's name, or what lies on the disk. */
  readonly what: string;
  /** Undefined of an age. */
  readonly leftBytes?: number;
  /** 0 to 1; undefined where only an age counts. */
  readonly leftShare?: number;
  /** Until nothing is left, at the speed of the last minute; undefined while it does not grow. */
  readonly lastsMs?: number;
};

/** One server, as far as it tells. */
export type SideUsage = {
  readonly side: 'source' | 'target';
  /** 0 to 1. */
  readonly connectionsShare: number;
  readonly longestStatementMs?: number;
  readonly cacheHitShare?: number;
};

/** Something that holds the run up, of which its journal knows nothing: a lock of somebody else, a server that does not answer. */
export type Wait = {
  /** Without the time it has lasted, which `since` tells. */
  readonly cause: string;
  /** RFC 3339 UTC. */
  readonly since: string;
  /** Who can end it, in words. */
  readonly owner: string;
  /** What ends it; a command of Crossfade or a statement, with the side it is for. */
  readonly next: {readonly command: string; readonly why: string};
  /** Of a throttle: what was measured against which limit, for the status line. */
  readonly throttle?: string;
};

export type GaugeName =
  | 'rowsCopied'
  | 'rowsTotal'
  | 'changesApplied'
  | 'lagMs'
  | 'backlogBytes'
  | 'chunksDone'
  | 'chunksTotal'
  | 'copiedShare'
  | 'rowsVerified'
  | 'tablesVerified'
  | 'tablesTotal'
  | 'rereads'
  | 'parkedRows';

/** How far the copy or the backfill was at one moment. */
export type CopySample = {
  /** Since the runner started. */
  readonly elapsedMs: number;
  /** 0 to 1; absent in reports of earlier versions, which told rows here. */
  readonly copiedShare?: number;
};

/** The numbers of a run as another process may see them: kept beside the journal by the runner, at most once a second. */
export type LiveReport = {
  /** RFC 3339 UTC: when it was written, for people. */
  readonly at: string;
  /** Since the runner started. */
  readonly elapsedMs: number;
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** Absent in reports of earlier versions. */
  readonly rates?: Rates;
  /** How far the copy was at some moments since it began, oldest first; the older, the further apart. */
  readonly samples: readonly CopySample[];
  /** The newest notes, oldest first. */
  readonly notes: readonly {readonly at: string; readonly text: string}[];
  /** What holds the run up, longest first; absent in reports of earlier versions. */
  readonly waits?: readonly Wait[];
  /** What takes its time and is going on well, such as the build of an index: how far it is, in words. */
  readonly work?: readonly string[];
  /** As the guardian last saw it; absent before. */
  readonly room?: readonly Room[];
  readonly usage?: readonly SideUsage[];
  /** Only in the reverse window, where the plan names some. */
  readonly figures?: readonly Figure[];
  readonly leftBehind?: number;
  /** The socket that this runner listens at, on its own machine. */
  readonly control?: string;
};

export const silentTelemetry = (): Telemetry => {
  const gauges: Partial<Record<GaugeName, number>> = {};
  return {
    note: () => {},
    gauge: (name, value) => {
      gauges[name] = value;
    },
    read: () => gauges,
    wait: () => {},
    work: () => {},
    usage: () => {},
    room: () => {},
    figure: () => {},
    leftBehind: () => {},
  };
};
