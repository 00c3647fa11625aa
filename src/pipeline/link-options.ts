/** What a link of either kind needs: the two sides in its direction, and how their tables meet. Made by the replication. */
import type {Database} from '../engine/engine.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {Effects} from '../model/effects.ts';
import type {Position} from '../model/position.ts';
import type {Direction} from '../model/side.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';

export type LinkOptions = {
  readonly direction: Direction;
  readonly from: Database;
  readonly to: Database;
  /** In this direction. */
  readonly mappings: readonly TableMapping[];
  readonly epoch: number;
  /** Rows that the receiving side cannot hold are left out, instead of ending the link. */
  readonly parks: boolean;
  readonly compare: (a: Position, b: Position) => number;
  /** Whether an engine's own error may pass by itself. */
  readonly isPassing: (error: unknown) => boolean;
  readonly telemetry: Telemetry;
  readonly effects: Effects;
};
