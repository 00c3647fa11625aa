/**
 * How old the place is that a replica has reached, by one clock only: when each place of the source's log was seen. What
 * was written between two looks is as old as the later one, so an answer may be too small by the time between two looks.
 */
import type {Position} from '../model/position.ts';

/** Looks of the last minutes; a replica that is behind all of them is at least so far behind. */
const SEEN_MAX = 1_000;

export class FollowClock {
  readonly #seen: {readonly position: Position; readonly atMs: number}[] = [];

  saw(position: Position, atMs: number): void {
    if (this.#seen.at(-1)?.position === position) return;
    this.#seen.push({position, atMs});
    if (this.#seen.length > SEEN_MAX) this.#seen.splice(1, 1); // the oldest one stays: it says how long at least
  }

  /** 0 for whoever has all that was seen. */
  behindMs(hasReached: (written: Position) => boolean, nowMs: number): number {
    const first = this.#seen.find(({position}) => !hasReached(position));
    return first ? Math.max(0, nowMs - first.atMs) : 0;
  }
}
