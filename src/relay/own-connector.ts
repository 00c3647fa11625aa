/** The connector of one migration: made, kept at work, begun again and removed. Each act can be repeated after a crash in its middle. */
import {errorText, TerminalError, TransientError} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import type {ConnectCluster, ConnectorOffsets} from './connect-cluster.ts';
import type {Settings} from './connector-settings.ts';

const STOP_POLL_MS = 200;
const STOP_POLLS_MAX = 300;

/** As the producer says it: of its own limit, of its memory, of the broker's. */
const TOO_LARGE = /RecordTooLargeException/;

export type NewConnector = {
  readonly settings: Settings;
  /** What it goes on from; undefined where the source tells it. */
  readonly offsets: ConnectorOffsets | undefined;
  /** Called where it is not there yet. */
  readonly before: () => Promise<unknown>;
};

export class OwnConnector {
  readonly #connect: ConnectCluster;
  readonly #name: string;
  readonly #effects: Effects;

  /** It is stopped by us, and not yet told to go on. */
  #isStopped = false;
  #silence: string | undefined;
  /** Of a silence that is the cluster's, which may well be at work: where the topic ended then. */
  #unansweredAt: bigint | undefined;

  constructor(connect: ConnectCluster, name: string, effects: Effects) {
    this.#connect = connect;
    this.#name = name;
    this.#effects = effects;
  }

  async start({settings, offsets, before}: NewConnector): Promise<void> {
    if ((await this.#connect.status(this.#name)).state === 'absent') await before();
    await this.#connect.put(this.#name, settings);
    // It is new, or was made by one that died before this; nothing else has begun it.
    if (offsets && !(await this.#connect.offsets(this.#name)).length) await this.#connect.alterOffsets(this.#name, offsets);
    await this.#connect.resume(this.#name);
  }

  /** Why it sent nothing when it was asked last; undefined while it works. */
  get silence(): string | undefined {
    return this.#silence;
  }

  /** A message has come: one that was sent meanwhile says that the connector works, whoever cannot be asked about that. */
  heard(offset: bigint): void {
    if (this.#unansweredAt !== undefined && offset >= this.#unansweredAt) this.#silence = undefined;
  }

  /** A failed one is told to begin again; whether it does is seen when it is asked the next time. */
  requireWorking(): Promise<void> {
    return this.#require(this.#connect);
  }

  /** The same for whoever looks again and again: a cluster that says nothing is not waited for. `end`: of the topic, where it is known. */
  look(end?: bigint): Promise<void> {
    return this.#require(this.#connect.looking, end);
  }

  async #require(connect: ConnectCluster, end?: bigint): Promise<void> {
    if (this.#isStopped) return;
    const {state, cause} = await this.#status(connect, end);
    if (this.#isStopped) return;
    this.#silence = state === 'running' ? undefined : `the connector ${this.#name} is ${state}${cause === undefined ? '' : `: ${cause}`}`;
    if (state === 'absent')
      throw new TerminalError(`the connector ${this.#name} was deleted`, {code: 'CF-RELAY-005', next: 'crossfade abort, then start again'});
    if (state === 'paused' || state === 'stopped') await connect.resume(this.#name);
    if (state !== 'failed') return;
    if (cause !== undefined && TOO_LARGE.test(cause)) throw tooLarge(cause);
    const told = await connect.restartFailed(this.#name).then(
      () => 'it is told to begin again by itself',
      (error: unknown) => `it could not be told to begin again (${errorText(error)})`,
    );
    throw new TransientError(`the connector ${this.#name} failed: ${cause ?? 'it does not say why'}`, {
      code: 'CF-RELAY-005',
      next: `crossfade explain CF-RELAY-005; ${told}`,
    });
  }

  async #status(connect: ConnectCluster, end: bigint | undefined): ReturnType<ConnectCluster['status']> {
    try {
      const status = await connect.status(this.#name);
      this.#unansweredAt = undefined;
      return status;
    } catch (error) {
      this.#unansweredAt = end ?? this.#unansweredAt;
      this.#silence = errorText(error);
      throw error;
    }
  }

  /** From where the source goes on, which is for `before` to see to. A crash in the middle leaves it stopped, which `requireWorking` ends. */
  async sendAgain(before: () => Promise<unknown>): Promise<void> {
    this.#isStopped = true;
    try {
      await this.#stop();
      await this.#connect.resetOffsets(this.#name);
      await before();
    } finally {
      this.#isStopped = false;
    }
    await this.#connect.resume(this.#name);
  }

  async remove(): Promise<void> {
    if ((await this.#connect.status(this.#name)).state === 'absent') return;
    await this.#stop();
    await this.#connect.resetOffsets(this.#name);
    await this.#connect.delete(this.#name);
  }

  async #stop(): Promise<void> {
    await this.#connect.stop(this.#name);
    for (let poll = 0; poll < STOP_POLLS_MAX; poll++) {
      if ((await this.#connect.status(this.#name)).state === 'stopped') return;
      await this.#effects.clock.sleep(STOP_POLL_MS);
    }
    throw new TransientError(`the connector ${this.#name} does not stop`, {
      code: 'CF-RELAY-001',
      next: 'look at the workers of Kafka Connect',
    });
  }
}

/** It would fail again at the same row: settings of a connector are those of the start. */
const tooLarge = (cause: string): TerminalError =>
  new TerminalError(`a row does not fit into a message: ${cause}`, {
    code: 'CF-RELAY-007',
    next: 'crossfade abort, then start again with a larger relay.messageMax, or without Kafka (relay: {kind: in-process})',
  });
