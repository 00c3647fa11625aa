/**
 * When to slow down work that can wait. Asked between two pieces of a copy, a backfill or a comparison, never while
 * anything is locked and never in a cutover. It bounds what the application feels, and nothing is proven by it.
 */
import type {Load} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import type {Position} from '../model/position.ts';
import type {Side} from '../model/side.ts';

export type Work = 'copy' | 'backfill' | 'verify';

export interface Throttle {
  /** Returns when the next piece may begin, or at once when `signal` aborts. `lastMs`: how long the last one took, 0 before the first. */
  rest(work: Work, lastMs: number, clock: Clock, signal: AbortSignal): Promise<void>;
  /** How many pieces may be under way at the same time now, where the plan says `planned`. */
  parallel(planned: number): number;
  /** Of what size chunks are to be that nobody has begun; undefined, and absent: as the plan says. */
  chunkBytes?(): number | undefined;
}

/** A member: made once per run from what the plan says of it. Throws for settings that cannot be read. */
export type Gauged = (settings: Settings, world: World) => Gauge;
export type Settings = Readonly<Record<string, unknown>>;

/** Measured about once a second while a runner is at work. */
export interface Gauge {
  /** What the plan says; undefined where there is no number to compare with. */
  readonly max: number | undefined;
  /** Throws when it could not measure, and then work waits as well. `max`: the plan's, or what an operator has set since. */
  measure(max: number | undefined): Promise<Reading>;
  close?(): Promise<void>;
}

export type Reading = {
  readonly go: boolean;
  /** Number against limit, in a few words: `replica b 3.2s > 2s`. */
  readonly words: string;
  /** Who can change it; absent: whoever uses the servers. */
  readonly owner?: string;
};

/** What members may ask. */
export type World = {
  readonly load: Readonly<Record<Side, Load>>;
  /** Opens what a reference of the plan stands for, with the source's engine; nothing is written there. */
  readonly replica: (reference: string) => Promise<Replica>;
  /** Whether the first place in the source's log is at or after the second. */
  readonly hasReached: (followed: Position, written: Position) => boolean;
  ask(
    side: Side,
    query: string,
    limits: {readonly limitMs: number; readonly rowsMax: number},
  ): Promise<readonly (readonly (string | null)[])[]>;
  /** What the address that the reference stands for answers to GET. */
  get(reference: string, limitMs: number): Promise<{readonly status: number; readonly body: string}>;
  readonly clock: Clock;
};

export type Replica = {readonly name: string; readonly load: Pick<Load, 'followed'>; close(): Promise<void>};
