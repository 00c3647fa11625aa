/**
 * Whoever makes another server the primary by himself: Patroni, repmgr, a cloud's own. A server promoted in the middle of
 * a cutover may lack the fence or the decision, so he is told to wait before the hold, and to go on when the attempt is
 * over, either way. Called by the cutover, by the watchdog, and by whoever takes over from a runner that died.
 */
import type {Side} from '../model/side.ts';

export interface Failover {
  /** From its return on no server of either side is promoted by itself; safe to call again. */
  pause(attempt: number): Promise<void>;
  /** The automation of both sides goes on; asked on both even when one fails. Safe to call always. */
  resume(attempt: number): Promise<void>;
  /** Asks the automation, never our own memory. Each call has `limitMs` at most, or the program's own limit. */
  observe(limitMs?: number): Promise<Readonly<Record<Side, Observed>>>;
}

/** One side, as its automation tells it. */
export type Observed = {
  /** The server that is primary now, in the automation's own words; undefined while there is none. */
  readonly primary: string | undefined;
  readonly planned: string;
  readonly isPaused: boolean;
};

const SIDES = ['source', 'target'] as const;

/** In words, where another server is primary than the plan names; undefined where all is as planned. */
export const astray = (seen: Readonly<Record<Side, Observed>>): string | undefined => {
  const wrong = SIDES.filter((side) => seen[side].primary !== seen[side].planned);
  const words = wrong.map((side) => `primary of the ${side} is ${seen[side].primary ?? 'nobody'}, planned is ${seen[side].planned}`);
  return words.length > 0 ? words.join('; ') : undefined;
};

/** The sides whose automation waits. */
export const pausedSides = (seen: Readonly<Record<Side, Observed>>): readonly Side[] => SIDES.filter((side) => seen[side].isPaused);
