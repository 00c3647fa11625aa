/**
 * Something that decides which database the application talks to. It only shortens the stall: the fence in the
 * databases keeps the data safe, whatever a switch does. Called by the cutover, by the watchdog, and by whoever keeps
 * comparing the switches with the decision until the run is final (K6).
 */
import type {Side} from '../model/side.ts';
import type {Position} from '../model/position.ts';

export interface TrafficSwitch {
  readonly name: string;
  /** False when clients see broken connections (session pooling, TCP proxies); said in the plan output. */
  readonly transparent: boolean;
  /** Asks the outside world, never our own memory. */
  observe(): Promise<{readonly side: Side | 'neither' | 'unknown'; readonly held: boolean}>;
  /** New statements wait; returns when none of the old side's transactions is open through this switch, or throws with the blockers. */
  hold(request: {readonly epoch: number; readonly untilMs: number}): Promise<void>;
  /** Ends a hold without changing the route; safe to call always. */
  resume(request: {readonly epoch: number; readonly side: Side}): Promise<void>;
  /** Ends with `observe()` answering `side`, not held, however often it is called. */
  route(request: {readonly epoch: number; readonly side: Side}): Promise<void>;
  close(): Promise<void>;
}

/** What a driver may need; given by the composition. `position` is for `command` hooks. */
export type SwitchFacts = {readonly migration: string; readonly position?: Position};
