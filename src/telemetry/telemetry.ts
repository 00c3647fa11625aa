/**
 * What the run tells people while it works: a few named numbers and short notes. Never read back by the run itself and
 * never carrying row data or secrets. Everything may call it.
 */
export interface Telemetry {
  /** One line for people; `facts` are numbers, names and codes only. */
  note(text: string, facts?: Readonly<Record<string, string | number | boolean>>): void;
  /** The newest value of a number: rows copied, lag, backlog. */
  gauge(name: GaugeName, value: number): void;
  read(): Readonly<Partial<Record<GaugeName, number>>>;
}

export type GaugeName =
  | 'rowsCopied'
  | 'rowsTotal'
  | 'changesApplied'
  | 'lagMs'
  | 'backlogBytes'
  | 'chunksDone'
  | 'chunksTotal'
  | 'rowsVerified'
  | 'rereads';

/** The numbers of a run as another process may see them: kept beside the journal by the runner, at most once a second. */
export type LiveReport = {
  /** RFC 3339 UTC: when it was written, for people. */
  readonly at: string;
  /** Since the runner started. */
  readonly elapsedMs: number;
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** How far the copy was at a few recent moments, oldest first. */
  readonly samples: readonly {readonly elapsedMs: number; readonly rowsCopied: number}[];
  /** The newest notes, oldest first. */
  readonly notes: readonly {readonly at: string; readonly text: string}[];
};

export const silentTelemetry = (): Telemetry => {
  const gauges: Partial<Record<GaugeName, number>> = {};
  return {
    note: () => {},
    gauge: (name, value) => {
      gauges[name] = value;
    },
    read: () => gauges,
  };
};
