/**
 * The throttles of a plan at work: each is measured about once a second, and while one says no, or cannot be measured, or
 * has not answered for long, nothing new is begun. What is waited for, with its number, goes to whoever looks on.
 */
import type {Clock} from '../model/effects.ts';
import {settingText} from '../model/setting-text.ts';
import {isSetting, type Tuning} from '../model/tuning.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import type {Gauge, Reading, Throttle} from './throttle.ts';
import {errorText} from '../model/errors.ts';

const LOOK_MS = 1_000;
/** An answer counts for so long; one that hangs is none. */
const STALE_MS = 45_000;
/** Who waits looks again after so long, however it is woken. */
const SLEEP_MS = 5_000;

export type Planned = {readonly name: string; readonly gauge: Gauge};
type Seen = Planned & {go: boolean; answeredMs: number; since: string | undefined};

export class MeasuredThrottle implements Throttle {
  readonly #gauges: readonly Seen[];
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  #limits: NonNullable<Tuning['limits']> = {};
  #changed = new AbortController();

  constructor(planned: readonly Planned[], {telemetry, clock}: {readonly telemetry: Telemetry; readonly clock: Clock}) {
    this.#gauges = planned.map((one) => ({...one, go: false, answeredMs: clock.monotonicMs(), since: undefined}));
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** What an operator has set counts from the next look on. */
  set tuning({limits}: Tuning) {
    this.#limits = limits ?? {};
    for (const one of this.#gauges) if (this.#limits[one.name] === 'off') this.#tell(one, {go: true, words: 'off'});
    this.#wake();
  }

  parallel(planned: number): number {
    return planned;
  }

  async rest(_work: unknown, _lastMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#gauges.some((one) => !this.#lets(one)))
      await clock.sleep(SLEEP_MS, AbortSignal.any([signal, this.#changed.signal]));
  }

  #lets({name, go, answeredMs}: Seen): boolean {
    return this.#limits[name] === 'off' || (go && this.#clock.monotonicMs() - answeredMs < STALE_MS);
  }

  /** Until `signal`; one that hangs holds up no other. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}));
    await Promise.race([over, Promise.all(this.#gauges.map((one) => this.#watchOne(one, signal)))]);
    await Promise.allSettled(this.#gauges.map(async ({gauge}) => gauge.close?.()));
  }

  async #watchOne(one: Seen, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#limits[one.name] !== 'off') await this.#look(one, signal);
      await this.#clock.sleep(LOOK_MS, signal);
    }
  }

  async #look(one: Seen, signal: AbortSignal): Promise<void> {
    const limit = this.#limits[one.name];
    try {
      const reading = await one.gauge.measure(typeof limit === 'number' ? limit : one.gauge.max);
      if (!signal.aborted) this.#tell(one, reading);
    } catch (error) {
      const why = errorText(error);
      if (!signal.aborted) this.#tell(one, {go: false, words: `cannot be measured: ${why}`, owner: 'whoever runs what it measures'});
    }
  }

  #tell(one: Seen, {go, words, owner}: Reading): void {
    one.go = go;
    one.answeredMs = this.#clock.monotonicMs();
    const key = `throttle ${this.#gauges.indexOf(one)}`;
    if (go) {
      if (one.since !== undefined) this.#telemetry.note(`throttle ${one.name}: work goes on, ${words}`);
      one.since = undefined;
      this.#telemetry.wait(key, undefined);
      return this.#wake();
    }
    if (one.since === undefined) this.#telemetry.note(`throttle ${one.name}: work waits, ${words}`);
    one.since ??= this.#clock.now().toISOString();
    this.#telemetry.wait(key, {
      cause: `copying and comparing wait for the throttle ${one.name}: ${words}`,
      since: one.since,
      owner: `${owner ?? 'whoever uses the servers'}; it is measured again each second`,
      next: {
        command: `crossfade set throttle.${one.name}=${other(one)} --reason TEXT`,
        why: 'changes the limit, or goes on without it; the stream goes on meanwhile',
      },
      throttle: `${one.name} ${words}`,
    });
  }

  #wake(): void {
    const before = this.#changed;
    this.#changed = new AbortController();
    before.abort();
  }
}

/** Twice what the plan says, as something to think about; `off` where there is no number. */
function other({name, gauge: {max}}: Seen): string {
  const key = `throttle.${name}`;
  return max === undefined || max <= 0 || !isSetting(key) || key === 'throttle.connection-load' ? 'off' : settingText(key, 2 * max);
}
