/** An application of which several versions are deployed, one after the other or side by side, and that writes without a pause. */
import pg from 'pg';
import {type Chance, chance} from '../../examples/demo/chance.ts';
import {untilTrue} from './until.ts';

export abstract class DeployedWriter<Version extends string> {
  protected readonly client: pg.Client;
  protected readonly chance: Chance;
  /** So far. */
  protected writes = 0;
  #versions: readonly [Version, ...Version[]];
  readonly #while: number;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  /** `first` is deployed; `writesAWhile`: so many writes show that a deployment works. */
  constructor(url: string, seed: number, first: Version, writesAWhile: number) {
    this.client = new pg.Client({connectionString: url});
    this.chance = chance(seed);
    this.#versions = [first];
    this.#while = writesAWhile;
  }

  /** One write, of this version, that the writer keeps account of. */
  protected abstract write(version: Version): Promise<void>;

  async start(): Promise<void> {
    await this.client.connect();
    this.#running = this.#writeOn();
    this.#running.catch(() => undefined); // rethrown by stop
  }

  /** Returns when only these versions have written for a while. */
  async deploy(...versions: readonly [Version, ...Version[]]): Promise<void> {
    this.#versions = versions;
    const from = this.writes;
    await Promise.race([untilTrue('the writer goes on', () => this.writes > from + this.#while), this.#running]);
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
      await this.write(this.#versions[this.chance.below(this.#versions.length)] ?? this.#versions[0]);
      this.writes++;
    }
  }
}
