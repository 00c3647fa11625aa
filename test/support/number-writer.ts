/** One client that inserts 1, 2, 3 … into the table `numbers`, and keeps what it was told was committed. */
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';

const PAUSE_MS = 10;

export class NumberWriter {
  readonly acknowledged: number[] = [];
  readonly errors: string[] = [];
  /** The address of the server that took the newest one, as that server knows it. */
  server: string | undefined;
  readonly #url: string;
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(url: string) {
    this.#url = url;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let number = 1; !this.#isOver; number += 1) {
      await this.#insert(number).catch((error: unknown) => this.errors.push(String(error)));
      await sleep(PAUSE_MS);
    }
  }

  /** By a connection of its own, as an application without a pool has it. */
  async #insert(number: number): Promise<void> {
    const client = new pg.Client(this.#url);
    client.on('error', () => undefined); // the statement fails by itself
    await client.connect();
    try {
      const {rows} = await client.query<{server: string}>('INSERT INTO numbers VALUES ($1) RETURNING host(inet_server_addr()) AS server', [
        number,
      ]);
      this.acknowledged.push(number);
      this.server = rows[0]?.server;
    } finally {
      await client.end();
    }
  }
}
