/** How often one caller may ask: so many calls at once, and so many a second after that. */
import type {Clock} from '../model/effects.ts';

export type Rate = {readonly burst: number; readonly perSecond: number};

/** So many are remembered; whoever was not heard of for the longest is forgotten first. */
const CALLERS_MAX = 10_000;

export class CallRate {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #left = new Map<string, {readonly calls: number; readonly atMs: number}>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** 0 when the call may be made; else after how many seconds it may be tried again. A call that is refused costs nothing. */
  take(caller: string, calls = 1): number {
    const {burst, perSecond} = this.#rate;
    const atMs = this.#clock.monotonicMs();
    const before = this.#left.get(caller);
    const left = before ? Math.min(burst, before.calls + ((atMs - before.atMs) / 1000) * perSecond) : burst;
    if (left < 1) return Math.ceil((1 - left) / perSecond);
    this.#left.delete(caller);
    this.#left.set(caller, {calls: left - calls, atMs});
    const [oldest] = this.#left.keys();
    if (this.#left.size > CALLERS_MAX && oldest !== undefined) this.#left.delete(oldest);
    return 0;
  }
}
