/** What a server keeps of its log because a stream of ours has not read it yet. It warns, slows down and stops; nothing about the data is decided by it. */
export type KeptLog = {
  readonly keptBytes: number;
  /** What may still be written before the server gives the stream up; undefined: no limit, it keeps on until the disk is full. */
  readonly leftBytes: number | undefined;
  /** How fast the log grew since the server counts; undefined when it does not say. */
  readonly bytesPerSecond: number | undefined;
  /** The log that the server has ever written: two of these tell how fast it grows now. */
  readonly writtenBytes: number;
  /** The server may take the log away at any moment. */
  readonly isGivenUp: boolean;
  /** Absent where it is kept for the stream and for nobody else, so that giving the stream up makes room. */
  readonly ownRules?: OwnRules;
};

/** What a relay keeps between the sides. */
export type RelayedLog = {
  /** Until what is still needed may be thrown away because of its age; undefined: never because of that. */
  readonly leftMs: number | undefined;
  /** The same of what comes now; undefined with it. */
  readonly wholeMs: number | undefined;
  /** The setting, as an operator raises it. */
  readonly byAge: string;
  /** Why nothing comes out of the source at the moment; absent while it does. */
  readonly silence?: string;
};

/** A server that keeps its log for a while, whoever still needs it. */
export type OwnRules = {
  /** Until it may take away what is needed because of its age, however little is written; undefined: not by age. */
  readonly leftMs: number | undefined;
  /** The settings, as an operator raises them. */
  readonly byAge: string;
  readonly bySize: string;
};
