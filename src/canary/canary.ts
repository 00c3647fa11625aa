/**
 * A canary writes tokens through the application's real path from before the hold until after the route. It measures
 * the stall that users saw. It proves afterwards that each acknowledged token exists exactly once.
 *
 * Started by the cutover before anything is held; it lives in the runner's process, so when that dies nobody has
 * measured the stall, and the account says so. It decides nothing: the fence keeps the data, the account only tells.
 */
import type {CanaryToken} from '../model/canary-token.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import type {Waits} from './waits.ts';

export interface Canary {
  /**
   * Waits until each path has written and read back a token on `serving`, for a limited time, then stops writing and
   * accounts for everything. What is wrong is told as the report's `failure`, never thrown: a called-off attempt ends
   * with the side that was closing, and then everything must be there.
   */
  settle(serving: Side, decided: boolean): Promise<CanaryReport>;
  /** Stops at once and accounts for nothing; safe after `settle`. */
  close(): Promise<void>;
}

export type CanaryRequest = {
  /** Not empty. */
  readonly paths: readonly ApplicationPath[];
  /** Short form of the migration's id, and the number of the attempt's fence row: together they name these tokens. */
  readonly migration: string;
  readonly attempt: number;
  /** Which side serves now. */
  readonly closing: Side;
  /** Otherwise a path that does not reach it is only told at the end: it may be why somebody goes back. */
  readonly mustReach: boolean;
  readonly tables: Readonly<Record<Side, TokenStore>>;
  readonly effects: Effects;
};

/** Part of the engine's `TokenTable`. */
export type TokenStore = {
  allow(role: string): Promise<void>;
  tokens(attempt: number): Promise<readonly CanaryToken[]>;
};

/** `refused`: certainly without effect. `unknown`: it may be there or not; it is never written again. */
export type TokenOutcome = 'acknowledged' | 'refused' | 'unknown';

export type WrittenToken = CanaryToken & {
  readonly outcome: TokenOutcome;
  /** Begun when the attempt was over, so the side that does not serve must not have it. */
  readonly isLate: boolean;
};

/**
 * What becomes evidence. `stallMs` is the longest time between two acknowledgements of a path. Without the sums, when a
 * side could not be read.
 */
export type CanaryReport = Partial<Account> & {
  readonly paths: readonly PathReport[];
  readonly stallMs: number;
  readonly failure?: CanaryFailure;
};

export type PathReport = {
  readonly path: string;
  /** As the server named it on the side that was closing. */
  readonly role: string;
  readonly tokens: number;
  readonly stallMs: number;
  /** Between two acknowledgements, the pause of the canary itself included. */
  readonly waits: Waits;
  /** A token was written along it and read back on the side that serves. */
  readonly reached: boolean;
  /** The newest error it met. */
  readonly lastError?: string;
};

/** Counts of tokens. */
export type Account = {
  /** Acknowledged. */
  readonly tokens: number;
  readonly refused: number;
  readonly unknown: number;
  /** Acknowledged, and on neither side. */
  readonly lost: number;
  /** On both sides. */
  readonly twice: number;
  /** Refused, and there nevertheless. */
  readonly undead: number;
  /** On the side that had stopped serving, or begun serving too early, in the order of their path. */
  readonly astray: number;
  readonly onSource: number;
  readonly onTarget: number;
};

/** CF-CANARY-001: a path does not reach the side that serves. CF-CANARY-002: the tokens do not add up. */
export type CanaryFailure = {readonly code: 'CF-CANARY-001' | 'CF-CANARY-002'; readonly reason: string};
