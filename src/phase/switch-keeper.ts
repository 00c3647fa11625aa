/**
 * While the application is on the target, whoever is in charge keeps comparing the switches with the decision, because a hold
 * by a runner thought dead has no fence (K6). A command that is under way is waited for: it would reach its switch behind
 * those of the way back, and let clients go that these hold.
 */
import type {PhaseContext} from './phase.ts';

const SWITCH_LOOK_MS = 2000;

export type SwitchKeeping = Pick<PhaseContext, 'switches' | 'source' | 'telemetry' | 'clock'>;

export class SwitchKeeper {
  readonly #context: SwitchKeeping;
  #running: Promise<void> = Promise.resolve();

  constructor(context: SwitchKeeping) {
    this.#context = context;
  }

  /** Until `signal`. Rejects with what a switch could not be asked or told. */
  run(signal: AbortSignal): Promise<void> {
    const running = this.#keep(signal);
    this.#running = running.catch(() => undefined); // the caller's
    return running;
  }

  /** The answer of `act`, in which the signal comes: when nothing of this is under way any more. */
  async settledAfter<T>(act: Promise<T>): Promise<T> {
    try {
      return await act;
    } finally {
      await this.#running;
    }
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const {switches, clock} = this.#context;
    for (;;) {
      await clock.sleep(SWITCH_LOOK_MS, signal);
      for (const one of switches) {
        if (signal.aborted) return;
        const {side, held} = await one.observe();
        if (!signal.aborted && (side !== 'target' || held)) await this.#route(one, side, held);
      }
      if (signal.aborted) return;
    }
  }

  async #route(one: PhaseContext['switches'][number], side: string, held: boolean): Promise<void> {
    const {source, telemetry} = this.#context;
    const attempt = (await source.fence.rows()).at(-1)?.epoch ?? 0;
    telemetry.note(`switch ${one.name} answered ${side}${held ? ', held' : ''}; it is routed to the target again`);
    await one.route({epoch: attempt, side: 'target'});
  }
}
