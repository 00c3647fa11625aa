/**
 * The small process that ends a hold when the runner cannot (K1, K6). Started by the cutover before the hold, with its
 * own connections and its secrets on stdin; at the fence's deadline it releases by compare-and-set, or, where the row
 * says `committed`, opens and routes the other side. It lives until the run is final or its epoch is superseded.
 */
import type {Direction} from '../model/side.ts';

export type WatchdogRequest = {
  readonly epoch: number;
  /** The number of the attempt's fence row. */
  readonly attempt: number;
  readonly direction: Direction;
  /** Milliseconds from its start until it ends an attempt that has not raised its fence; later the row's own deadline counts. */
  readonly armMs: number;
  /** Milliseconds that a raised fence may stand at most from when it is first seen, whatever the server's clock says of the row. */
  readonly holdMs: number;
};

export interface Watchdog {
  readonly pid: number;
  /** The process is gone: the cutover must not begin, or must be called off. */
  readonly gone: Promise<string>;
  /** Ends it: the attempt is over and nothing is held, or the run is final. */
  dismiss(): Promise<void>;
}
