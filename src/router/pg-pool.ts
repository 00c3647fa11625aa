/** A pool of `pg` connections. */
import pg from 'pg';
import {endOrCut} from './goodbye.ts';
import {TransactionAborted} from './outcome.ts';
import {cut} from './pg-goodbye.ts';
import {modesText, type SideConnection, type SidePool, type TransactionModes} from './router-side.ts';
import {isFenceRefusal} from './server-answer.ts';

/** As `pg` has it. */
export type PgStatements = {
  readonly query: <R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string | pg.QueryArrayConfig,
    params?: readonly unknown[],
  ) => Promise<pg.QueryResult<R>>;
};

export class PgPool implements SidePool<PgStatements> {
  readonly #pool: pg.Pool;
  /** Those that have not ended, also when the pool has said goodbye to them. */
  readonly #open = new Set<pg.PoolClient>();
  /**
   * Why a connection has failed, be it in use or not. A server may log a client in and end it in one breath, and
   * then its error comes between the pool's last look and the first of whoever takes the connection.
   */
  readonly #failures = new WeakMap<pg.PoolClient, Error>();

  constructor(config: pg.PoolConfig) {
    this.#pool = new pg.Pool({fallback_application_name: 'crossfade-router', ...config});
    // An idle connection that dies leaves the pool by itself; whoever needs one next gets the error of connecting.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => {
      this.#open.add(client);
      // The statement in work gets the error as well; without a listener it would end the process.
      client.on('error', (error) => void this.#failures.set(client, error));
      client.once('end', () => this.#open.delete(client));
    });
  }

  get size(): number {
    return this.#pool.totalCount;
  }

  async take(): Promise<PgConnection> {
    const client = await this.#pool.connect();
    const failure = this.#failures.get(client);
    if (failure) {
      client.release(true);
      throw failure;
    }
    return new PgConnection(client, (isBroken) => client.release(isBroken || this.#failures.has(client)));
  }

  async end(): Promise<void> {
    await this.#pool.end();
    const ends = [...this.#open].map((client) => new Promise<void>((resolve) => client.once('end', () => resolve())));
    await endOrCut(Promise.all(ends), () => this.cut());
  }

  cut(): void {
    for (const client of this.#open) cut(client);
  }
}

class PgConnection implements SideConnection<PgStatements> {
  wasRefused = false;
  isBroken = false;
  /** What a transaction of PostgreSQL sends is taken back as a whole. */
  readonly isWhole = true;
  readonly statements: PgStatements = {query: (text, params) => this.#query(text, params)};
  readonly #client: pg.PoolClient;
  readonly #release: (isBroken: boolean) => void;

  constructor(client: pg.PoolClient, release: (isBroken: boolean) => void) {
    this.#client = client;
    this.#release = release;
  }

  async #query<R extends pg.QueryResultRow>(text: string | pg.QueryArrayConfig, params?: readonly unknown[]): Promise<pg.QueryResult<R>> {
    try {
      return await this.#client.query<R>(text, params ? [...params] : undefined);
    } catch (error) {
      this.wasRefused ||= isFenceRefusal(error);
      throw error;
    }
  }

  async begin(modes: TransactionModes): Promise<void> {
    await this.#client.query(['BEGIN', ...modesText(modes)].join(' '));
  }

  async commit(): Promise<void> {
    const {command} = await this.#client.query('COMMIT');
    if (command !== 'COMMIT') throw new TransactionAborted('a statement of the transaction had failed, so COMMIT rolled it back');
  }

  async rollBack(): Promise<void> {
    await this.#client.query('ROLLBACK');
  }

  release(): void {
    this.#release(this.isBroken);
  }
}
