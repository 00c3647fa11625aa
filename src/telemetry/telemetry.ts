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
