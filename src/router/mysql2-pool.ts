/** A pool of `mysql2` connections. */
import type {Duplex} from 'node:stream';
import mysql, {type PoolConnection, type PoolOptions} from 'mysql2';
import {endOrCut} from './goodbye.ts';
import {Mysql2Connection, type Mysql2Statements} from './mysql2-connection.ts';
import type {SidePool} from './router-side.ts';

export class Mysql2Pool implements SidePool<Mysql2Statements> {
  readonly #pool: mysql.Pool;
  /** Those whose socket is open, also when the pool has said goodbye to them. */
  readonly #open = new Set<PoolConnection>();
  /** Why a connection has failed, be it in use or not. */
  readonly #failures = new WeakMap<PoolConnection, Error>();
  readonly #pinned = new WeakSet<PoolConnection>();
  readonly #isReset: boolean;
  /** The driver's own end does not wait for those in use. */
  #inUse = 0;
  #isEnding = false;
  readonly #unused = Promise.withResolvers<void>();

  constructor(options: PoolOptions) {
    this.#pool = mysql.createPool(options);
    this.#isReset = options.resetOnRelease === true;
    this.#pool.on('connection', (connection: PoolConnection) => {
      this.#open.add(connection);
      // A statement in work gets the error as well; without a listener a second one would end the process.
      connection.on('error', (error: Error) => void this.#failures.set(connection, error));
      connection.on('end', () => this.#fail(connection, 'the server ended the connection'));
      streamOf(connection).once('close', () => this.#open.delete(connection));
    });
  }

  get size(): number {
    return this.#open.size;
  }

  async take(): Promise<Mysql2Connection> {
    if (this.#isEnding) throw new Error('the pool is closed');
    this.#inUse += 1;
    try {
      const connection = await this.#usable();
      return new Mysql2Connection(connection.promise(), (isBroken) => this.#release(connection, isBroken));
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  async #usable(): Promise<PoolConnection> {
    const connection = await new Promise<PoolConnection>((resolve, reject) =>
      this.#pool.getConnection((error, taken) => (error ? reject(error) : resolve(taken))),
    );
    try {
      if (!this.#pinned.has(connection)) await connection.promise().query(PIN);
      if (!this.#isReset) this.#pinned.add(connection);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    const failure = this.#failures.get(connection);
    if (failure) {
      connection.destroy();
      throw failure;
    }
    return connection;
  }

  #release(connection: PoolConnection, isBroken: boolean): void {
    if (isBroken || this.#failures.has(connection)) connection.destroy();
    else connection.release();
    this.#leave();
  }

  #leave(): void {
    this.#inUse -= 1;
    if (this.#isEnding && this.#inUse === 0) this.#unused.resolve();
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    if (this.#inUse === 0) this.#unused.resolve();
    await this.#unused.promise;
    const closed = [...this.#open].map((connection) => new Promise<void>((resolve) => streamOf(connection).once('close', () => resolve())));
    // A connection that fails at its goodbye is gone, as it should be.
    this.#pool.end(() => undefined);
    await endOrCut(Promise.all(closed), () => this.cut());
  }

  cut(): void {
    for (const connection of this.#open) streamOf(connection).destroy();
  }

  #fail(connection: PoolConnection, reason: string): void {
    if (!this.#failures.has(connection)) this.#failures.set(connection, new Error(reason));
  }
}

/** Whatever the server's default: a statement on its own is committed when it is answered. */
const PIN = 'SET SESSION autocommit = 1';

export const streamOf = (connection: mysql.Connection): Duplex => (connection as unknown as {readonly stream: Duplex}).stream;
