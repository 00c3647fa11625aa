import {Pool, type PoolClient, type PoolConfig} from 'pg';
import type {Clock} from '../model/effects.ts';
import {within} from '../model/time-limit.ts';

/** An append takes milliseconds; a server that takes longer than all looks is silent, and TCP would wait a quarter of an hour. */
const LOOK_MS = 5_000;
/** Time in which this process stood still itself counts for one of them. */
const LOOKS_MAX = 4;
const CLOSE_MS_MAX = 1_000;

/** A pool whose server has to answer: acts that take too long fail, as if their connections had broken. */
export class AnsweringPool {
  readonly pool: Pool;
  readonly #clock: Clock;
  readonly #clients = new Set<PoolClient>();

  constructor(config: PoolConfig, clock: Clock) {
    this.#clock = clock;
    this.pool = new Pool(config);
    // An idle connection that dies is replaced by the pool; who uses one meets the error there. Unheard, it would end the process.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => {
      client.on('error', () => {}); // one in use has no other listener; its statement has the error
      this.#clients.add(client);
      client.once('end', () => this.#clients.delete(client));
    });
  }

  async limited<T>(act: () => Promise<T>): Promise<T> {
    const answer = act();
    const end = answer.then(() => 'in time' as const);
    for (let looks = 0; looks < LOOKS_MAX; looks++) if ((await within(this.#clock, LOOK_MS, end)) === 'in time') return answer;
    this.#cut();
    return answer;
  }

  /** `end` is how its user ends it. */
  async close(end: () => Promise<void>): Promise<void> {
    const goodbyes = [...this.#clients].map((client) => new Promise<void>((resolve) => client.once('end', () => resolve())));
    await end();
    if ((await within(this.#clock, CLOSE_MS_MAX, Promise.all(goodbyes))) === 'late') this.#cut();
  }

  #cut(): void {
    for (const client of this.#clients) (client as unknown as {connection: {stream: {destroy(): void}}}).connection.stream.destroy();
  }
}
