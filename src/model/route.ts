/** The router's control channel: one row per side and migration. The highest epoch wins; a hold ends by itself. */
import type {Side} from './side.ts';

/** Where no database pushes the row to routers (MySQL, MariaDB), each reads it as often as this. */
export const ROUTE_REREAD_MS = 200;

/** `shadowPercent`: of the reads, how many are sent to the target as well and compared. */
export type DualReads = {readonly shadowPercent: number};

export type RouteRow = {
  readonly epoch: number;
  /** Raised by every write of a side's row; of two rows the higher (epoch, version) counts. */
  readonly version: number;
  /** Where statements go. */
  readonly side: Side;
  readonly state: 'open' | 'hold';
  /**
   * How long a hold still lasts, in milliseconds: from now when it is written, and from the moment of reading when it is
   * read, both by the clock of the database that keeps the row. Only with `hold`. After it the fence decides.
   */
  readonly holdMs: number | undefined;
  /** Of the reads that an application sends as such: how many the target may answer while the source is open. */
  readonly readPercent: number;
  /** Writes leave a token in the outbox; absent while they do not, and always where an engine has no such reads. */
  readonly dual?: DualReads;
};
