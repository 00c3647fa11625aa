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
};
