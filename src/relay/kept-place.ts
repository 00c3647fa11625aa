/**
 * The place in the source's log behind which everything is still wanted (`Keeping`). It is moved now and then, beside whatever else
 * is done, for the server may have to read its log for that; what fails is tried again, and said until it works. The stream is
 * well meanwhile, and what the server keeps is watched by others.
 */
import type {Keeping} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import {errorText} from '../model/errors.ts';
import type {Position} from '../model/position.ts';

/** Between two moves, and so much more where one takes long. */
const REST_MS_MIN = 5_000;
const REST_MS_MAX = 60_000;
const REST = 4;

export class KeptPlace {
  readonly #keeping: Keeping | undefined;
  readonly #clock: Clock;
  #isMoving = false;
  #failure: string | undefined;
  #notBeforeMs = 0;

  constructor(keeping: Keeping | undefined, clock: Clock) {
    this.#keeping = keeping;
    this.#clock = clock;
  }

  async begin(): Promise<void> {
    await this.#keeping?.begin();
  }

  /** Why it stands still; undefined while it is moved. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Called again and again with what is on the target. */
  moveTo(position: Position): void {
    if (!this.#keeping || this.#isMoving || this.#clock.monotonicMs() < this.#notBeforeMs) return;
    this.#isMoving = true;
    void this.#move(this.#keeping, position);
  }

  async #move(keeping: Keeping, position: Position): Promise<void> {
    const beganMs = this.#clock.monotonicMs();
    try {
      if (!(await keeping.upTo(position))) await keeping.begin();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = `the second slot of the stream stands still: ${errorText(error)}`;
    } finally {
      const nowMs = this.#clock.monotonicMs();
      this.#notBeforeMs = nowMs + Math.min(REST_MS_MAX, Math.max(REST_MS_MIN, REST * (nowMs - beganMs)));
      this.#isMoving = false;
    }
  }

  /** The stream goes on from there when it is read again; undefined where it goes on at its own place. */
  async goBack(): Promise<Position | undefined> {
    return this.#keeping?.goBack();
  }
}
