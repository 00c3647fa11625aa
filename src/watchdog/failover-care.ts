/**
 * What the watchdog does for the clusters' automation: it opens no side while another server is primary than planned, and
 * tells the automation to go on when the attempt is over. It asks seldom, because each question runs the operator's programs.
 */
import {astray, pausedSides, type Failover} from '../failover/failover.ts';
import {OwnershipUnknownError} from '../model/errors.ts';
import type {Clock} from '../model/effects.ts';

const LOOK_EVERY_MS = 10_000;

export class FailoverCare {
  readonly #failover: Failover | undefined;
  readonly #clock: Clock;
  #askedAtMs: number | undefined;
  #resumedAtMs: number | undefined;
  #refusal: unknown;
  #isAsPlanned = false;

  constructor(failover: Failover | undefined, clock: Clock) {
    this.#failover = failover;
    this.#clock = clock;
  }

  /** Rejects while nobody can say that the planned servers are primary; once they were, before an opening, it is not asked again. */
  async requirePrimaries(): Promise<void> {
    if (!this.#failover || this.#isAsPlanned) return;
    if (!this.#isTime(this.#askedAtMs)) throw this.#refusal;
    try {
      const wrong = astray(await this.#failover.observe());
      if (wrong !== undefined)
        throw new OwnershipUnknownError(`nothing is opened: ${wrong}`, {code: 'CF-FAILOVER-002', next: 'docs/runbook/failover.md'});
      this.#isAsPlanned = true;
    } catch (error) {
      this.#refusal = error;
      throw error;
    } finally {
      this.#askedAtMs = this.#clock.monotonicMs();
    }
  }

  /** Again and again: a runner that was only slow may have paused it after the attempt was over. */
  async resume(attempt: number): Promise<void> {
    if (!this.#failover || !this.#isTime(this.#resumedAtMs)) return;
    this.#resumedAtMs = this.#clock.monotonicMs();
    if (pausedSides(await this.#failover.observe()).length > 0) await this.#failover.resume(attempt);
  }

  #isTime(lastMs: number | undefined): boolean {
    return lastMs === undefined || this.#clock.monotonicMs() - lastMs >= LOOK_EVERY_MS;
  }
}
