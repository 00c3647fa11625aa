/**
 * For how long a topic still has what is needed of it: the time of the oldest such message, and the topic's retention. A
 * forecast that warns and makes work wait; that nothing is missing is proven by offsets.
 */
import type {Clock} from '../model/effects.ts';
import type {BrokerClient} from './broker-client.ts';

/** The place moves on meanwhile, so what was found is no later than the truth. */
const ASK_EVERY_MS = 60_000;
/** Each halves the span in which the message was written: some minutes of a week are left. */
const QUESTIONS = 12;

type Found = {readonly goneAtMs: number; readonly wholeMs: number};
type Known = {readonly askedMs: number; readonly offset: bigint; readonly found: Found | undefined};

/** `wholeMs`: of a message that comes now. */
export type Left = {readonly leftMs: number; readonly wholeMs: number};

export class TopicAge {
  readonly #broker: Pick<BrokerClient, 'offsetsFrom' | 'topicSettings'>;
  readonly #topic: string;
  readonly #clock: Clock;
  #known: Known | undefined;

  constructor(broker: Pick<BrokerClient, 'offsetsFrom' | 'topicSettings'>, topic: string, clock: Clock) {
    this.#broker = broker;
    this.#topic = topic;
    this.#clock = clock;
  }

  /** `offset`: from which messages are needed. Undefined where the topic keeps them for ever. Throws where the brokers cannot be asked. */
  async left(offset: bigint): Promise<Left | undefined> {
    const askedMs = this.#clock.monotonicMs();
    if (!this.#known || offset < this.#known.offset || askedMs - this.#known.askedMs >= ASK_EVERY_MS)
      this.#known = {askedMs, offset, found: await this.#find(offset)};
    return this.lastLeft;
  }

  /** As far as was known when the brokers were asked last. */
  get lastLeft(): Left | undefined {
    const found = this.#known?.found;
    return found && {leftMs: Math.max(0, found.goneAtMs - this.#clock.now().getTime()), wholeMs: found.wholeMs};
  }

  async #find(offset: bigint): Promise<Found | undefined> {
    const wholeMs = Number((await this.#broker.topicSettings(this.#topic, ['retention.ms']))['retention.ms']);
    if (wholeMs < 0) return undefined;
    const nowMs = this.#clock.now().getTime();
    const isSince = async (ms: number): Promise<boolean> => ((await this.#broker.offsetsFrom(this.#topic, ms))[0] ?? 0n) <= offset;
    let [fromMs, toMs] = [nowMs - wholeMs, nowMs];
    if (!(await isSince(fromMs))) return {goneAtMs: nowMs, wholeMs};
    for (let asked = 0; asked < QUESTIONS; asked++) {
      const middleMs = Math.floor((fromMs + toMs) / 2);
      if (await isSince(middleMs)) fromMs = middleMs;
      else toMs = middleMs;
    }
    return {goneAtMs: fromMs + wholeMs, wholeMs};
  }
}
