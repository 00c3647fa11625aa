/**
 * The place in the source's log behind which everything is still wanted (`Keeping`). It is moved now and then, beside whatever else
 * is done: the server may have to read its log for that.
 */
import type {Keeping} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import {TransientError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';

const MOVE_MS_MIN = 5_000;
/** Of the time that a move takes: so much longer nothing is moved after it. */
const REST = 20;

export class KeptPlace {
  readonly #keeping: Keeping | undefined;
  readonly #clock: Clock;
  #moving: Promise<void> = Promise.resolve();
  #isMoving = false;
  #failure: Error | undefined;
  #notBeforeMs = 0;

  constructor(keeping: Keeping | undefined, clock: Clock) {
    this.#keeping = keeping;
    this.#clock = clock;
  }

  async begin(): Promise<void> {
    await this.#keeping?.begin();
  }

  /** Called again and again with what is on the target; throws what moving it the last time has come to. */
  moveTo(position: Position): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#keeping || this.#isMoving || this.#clock.monotonicMs() < this.#notBeforeMs) return;
    this.#isMoving = true;
    this.#moving = this.#move(this.#keeping, position);
  }

  async #move(keeping: Keeping, position: Position): Promise<void> {
    const beganMs = this.#clock.monotonicMs();
    try {
      await keeping.upTo(position);
    } catch (error) {
      if (!(error instanceof TransientError)) this.#failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      const nowMs = this.#clock.monotonicMs();
      this.#notBeforeMs = nowMs + Math.max(MOVE_MS_MIN, REST * (nowMs - beganMs));
      this.#isMoving = false;
    }
  }

  /** The stream goes on from there when it is read again. */
  async goBack(): Promise<void> {
    await this.#moving;
    await this.#keeping?.goBack();
  }
}
