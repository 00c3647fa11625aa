/**
 * The two links of a migration, forward and reverse, and what each is doing. Owned by the run, not by a phase: the
 * stream keeps applying while gates wait and while other phases work. A link's failure ends the run.
 */
import type {TableKey} from '../engine/engine.ts';
import type {Position} from '../model/position.ts';
import type {Direction} from '../model/side.ts';
import type {ChangedKeys} from './changed-keys.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {StreamEvidence} from '../model/stream-evidence.ts';

/** `apply`: changes are applied. `drop`: our own are dropped and any other is an alarm, so that the log is not kept. */
export type LinkMode = 'apply' | 'drop';

export interface Link extends StreamEvidence {
  /** Rows changed since they were compared. A comparison of all rows of some tables begins with `begin`. */
  readonly changed: Pick<ChangedKeys, 'begin' | 'size' | 'whole' | 'oldestSinceMs' | 'has' | 'take' | 'settle' | 'passed' | 'truncate'>;
  readonly direction: Direction;
  readonly mode: LinkMode;
  /** The position applied and durable on the receiving side. */
  readonly applied: Position | undefined;
  /** Milliseconds a mark takes from the sending side's commit to the receiving side's. */
  lagMs(): Promise<number>;
  /** Every table is past its window: the target equals the source at its position (R7). */
  readonly strict: boolean;
  /** Rows of the sending side that the receiving side cannot hold, and does not have as they are. */
  readonly parked: number;
  /** Resolves when every table is strict; marks the stream so that an idle source is no obstacle. */
  untilStrict(signal: AbortSignal): Promise<void>;
  /**
   * Reads these rows again from the sending side and settles them: a journaled repair. Their tables are in the replay
   * window again until the stream has passed the read (R7). Resolves when all of it is durable.
   */
  readAgain(keys: readonly TableKey[], signal: AbortSignal): Promise<void>;
  /** Resolves when the mark with this content has been applied and is durable. Pushed, never polled. */
  untilMark(content: string, signal: AbortSignal): Promise<Position>;
}

export interface Replication {
  /** Starts the link if it does not run, in this mode; changes the mode if it does. */
  ensure(direction: Direction, mode: LinkMode, mappings: readonly TableMapping[], epoch: number): Promise<Link>;
  link(direction: Direction): Link | undefined;
  stop(direction: Direction): Promise<void>;
  /** Holds all links between two transactions, or lets them go on. */
  pause(isPaused: boolean): void;
  /** Rejects with the first failure of any link. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}
