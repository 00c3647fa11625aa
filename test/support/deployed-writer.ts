/** An application of which several versions are deployed, one after the other or side by side, and that writes without a pause. */
import type pg from 'pg';
import {type Chance, chance} from '../../examples/demo/chance.ts';
import {untilTrue} from './until.ts';

/** Of PostgreSQL or of MySQL; a pool connects when it is asked. */
type Client = {connect?(): Promise<unknown>; end(): Promise<unknown>};

export abstract class DeployedWriter<Version extends string, Of extends Client = pg.Client> {
  protected readonly client: Of;
  protected readonly chance: Chance;
  /** So far. */
  protected writes = 0;
  #versions: readonly [Version, ...Version[]];
  readonly #while: number;
  #isStopped = false;
  #look: (() => Promise<void>) | undefined;
  #running: Promise<void> = Promise.resolve();

  /** `first` is deployed; `writesAWhile`: so many writes show that a deployment works. */
  constructor(client: Of, seed: number, first: Version, writesAWhile: number) {
    this.client = client;
    this.chance = chance(seed);
    this.#versions = [first];
    this.#while = writesAWhile;
  }

  /** One write, of this version, that the writer keeps account of. */
  protected abstract write(version: Version): Promise<void>;

  async start(): Promise<void> {
    await this.client.connect?.();
    this.#running = this.#writeOn();
    this.#running.catch(() => undefined); // rethrown by stop
  }

  /** Returns when only these versions have written for a while. */
  async deploy(...versions: readonly [Version, ...Version[]]): Promise<void> {
    this.#versions = versions;
    const from = this.writes;
    await Promise.race([untilTrue('the writer goes on', () => this.writes > from + this.#while), this.#running]);
  }

  /** Looks at the database between two writes. */
  async atRest(look: () => Promise<void>): Promise<void> {
    const {promise, resolve, reject} = Promise.withResolvers<void>();
    this.#look = () => look().then(resolve, reject);
    await Promise.race([promise, this.#running]);
  }

  /** Rejects when a write failed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    try {
      await this.#running;
    } finally {
      await this.client.end();
    }
  }

  async #writeOn(): Promise<void> {
    while (!this.#isStopped) {
      await this.#look?.();
      this.#look = undefined;
      await this.write(this.#versions[this.chance.below(this.#versions.length)] ?? this.#versions[0]);
      this.writes++;
    }
  }
}
