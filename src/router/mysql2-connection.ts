/**
 * One connection for one statement or transaction. MySQL and MariaDB differ from PostgreSQL in what a failure leaves
 * behind: some take back the whole transaction (a deadlock), after which statements would commit one by one, and some
 * statements commit what was sent before them. So the statements of a transaction are sent one after the other, and
 * after a failed one the server is asked whether the transaction still stands.
 */
import type {ExecuteValues, FieldPacket, QueryOptions, QueryResult, QueryValues, ResultSetHeader} from 'mysql2';
import type {PoolConnection} from 'mysql2/promise';
import {isWholeStatement} from './mysql2-statement.ts';
import {TransactionAborted} from './outcome.ts';
import {markPartial} from './outcome-marks.ts';
import {modesText, type SideConnection, type TransactionModes} from './router-side.ts';
import {isFenceRefusal} from './server-answer.ts';

/** As `mysql2/promise` has them. */
export type Mysql2Statements = {
  readonly query: <T extends QueryResult>(sql: string | QueryOptions, values?: QueryValues) => Promise<[T, FieldPacket[]]>;
  /** Prepared, and kept prepared on its connection. */
  readonly execute: <T extends QueryResult>(sql: string | QueryOptions, values?: ExecuteValues) => Promise<[T, FieldPacket[]]>;
};

/** Flag of every answer without rows. */
const IN_TRANSACTION = 1;

export class Mysql2Connection implements SideConnection<Mysql2Statements> {
  wasRefused = false;
  isWhole = true;
  isBroken = false;
  readonly statements: Mysql2Statements = {
    query: (sql, values) => this.#inTurn(sql, () => this.#client.query(optionsOf(sql), values)),
    execute: (sql, values) => this.#inTurn(sql, () => this.#client.execute(optionsOf(sql), values)),
  };
  readonly #client: PoolConnection;
  readonly #release: (isBroken: boolean) => void;
  #transaction: 'none' | 'stands' | 'in doubt' | 'ended' = 'none';
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: PoolConnection, release: (isBroken: boolean) => void) {
    this.#client = client;
    this.#release = release;
  }

  async begin(modes: TransactionModes): Promise<void> {
    const {accessMode, ...ofTheNext} = modes;
    const [isolation] = modesText(ofTheNext);
    if (isolation) await this.#client.query(`SET TRANSACTION ${isolation}`);
    await this.#client.query(['START TRANSACTION', ...modesText(accessMode ? {accessMode} : {})].join(' '));
    this.#transaction = 'stands';
  }

  async commit(): Promise<void> {
    await this.#last;
    await this.#mustStand();
    this.#transaction = 'ended';
    await this.#client.query('COMMIT');
  }

  /** What the caller has not waited for is not sent any more, or it would commit by itself behind the ROLLBACK. */
  async rollBack(): Promise<void> {
    this.#transaction = 'ended';
    await this.#last;
    await this.#client.query('ROLLBACK');
  }

  release(): void {
    this.#release(this.isBroken);
  }

  #inTurn<T>(sql: string | QueryOptions, send: () => Promise<T>): Promise<T> {
    const sent = this.#last.then(async () => {
      await this.#mustStand();
      return this.#sent(isWholeStatement(typeof sql === 'string' ? sql : sql.sql), send);
    });
    this.#last = sent.catch(() => undefined); // whoever sent it gets the error
    return sent;
  }

  async #sent<T>(isWhole: boolean, send: () => Promise<T>): Promise<T> {
    this.isWhole &&= isWhole;
    try {
      return await send();
    } catch (error) {
      if (!isWhole) markPartial(error);
      this.wasRefused ||= isFenceRefusal(error);
      if (this.#transaction === 'stands') this.#transaction = 'in doubt';
      throw error;
    }
  }

  async #mustStand(): Promise<void> {
    if (this.#transaction === 'ended') throw new TransactionAborted('the transaction has ended');
    if (this.#transaction !== 'in doubt') return;
    const [{serverStatus}] = await this.#client.query<ResultSetHeader>('DO 0');
    if ((serverStatus & IN_TRANSACTION) === 0)
      throw new TransactionAborted('a statement of the transaction had failed, and the server took all of it back');
    this.#transaction = 'stands';
  }
}

const optionsOf = (sql: string | QueryOptions): QueryOptions => (typeof sql === 'string' ? {sql} : sql);
