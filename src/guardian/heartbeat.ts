/**
 * Keeps the log of an idle database from growing (H-65): while only other databases of its server are written, nothing
 * would be acknowledged. A transactional mark is decoded, applied and acknowledged like any change.
 */
import type {Source} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import type {Position} from '../model/position.ts';

/** The stream has stood still for so long. */
const IDLE_MS = 10_000;

export class Heartbeat {
  readonly #clock: Clock;
  #at: Position | undefined;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Called again and again with the position that is applied and durable. */
  async beat(applied: Position | undefined, source: Pick<Source, 'mark'>): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (applied === this.#at && nowMs - this.#sinceMs < IDLE_MS) return;
    const isIdle = applied === this.#at;
    [this.#at, this.#sinceMs] = [applied, nowMs];
    if (isIdle) await source.mark('heartbeat');
  }
}
