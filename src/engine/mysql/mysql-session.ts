/**
 * Every word exchanged with a MySQL or MariaDB server goes through here: part of the effects seam. Values are text both ways.
 */
import type {Duplex} from 'node:stream';
import mysql from 'mysql2';
import {TerminalError} from '../../model/errors.ts';
import type {Effects} from '../../model/effects.ts';
import type {Side} from '../../model/side.ts';
import {within} from '../../model/time-limit.ts';
import type {OpenOptions} from '../engine.ts';
import {connectionOptions, pinStatements} from './mysql-connection.ts';
import {connectionError, statementError} from './mysql-errors.ts';
import {type Flavour, type FlavourName, flavourOf} from './mysql-flavour.ts';

export type TextRow = Readonly<Record<string, string | null>>;
/** `rowCount`: rows read, or rows that an UPDATE met whether or not they changed. */
export type Answer<T> = {readonly rows: readonly T[]; readonly rowCount: number};
export type SqlValue = string | number | null;

/** A server that answers at all answers a goodbye at once. */
const CLOSE_MS_MAX = 2_000;
/** For what a session says of itself after the login, which takes a moment; the driver limits the login. */
const PINS_MS_MAX = 20_000;

/** One connection. `label` names its purpose on the server and at the effects seam. */
export class MySession {
  readonly label: string;
  /** For reads that stream, which know how values are written. */
  readonly connection: mysql.Connection;
  readonly #effects: Effects;
  readonly #side: Side;
  /** Resolves with the reason when the connection ends without `close`. */
  readonly lost: Promise<Error>;
  #flavour: Flavour | undefined;
  #waiting: Waiting | undefined;
  #cut: Error | undefined;

  constructor(connection: mysql.Connection, label: string, {effects, side}: Pick<OpenOptions, 'effects' | 'side'>) {
    this.connection = connection;
    this.label = label;
    this.#effects = effects;
    this.#side = side;
    this.lost = new Promise((resolve) => {
      const end = (): void => resolve(this.#cut ?? new Error('the connection ended'));
      connection.on('error', resolve);
      connection.on('end', end);
      // Of an error that a statement has been told the driver says nothing else.
      this.#socket.once('close', end);
    });
  }

  /** `expected`: what the plan says that the server is. */
  static async open(options: OpenOptions, label: string, expected?: FlavourName): Promise<MySession> {
    const connection = mysql.createConnection(connectionOptions(options, label));
    const session = new MySession(connection, label, options);
    await options.effects.point('sql.send', `${options.side} ${label}: connect`);
    try {
      await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
      if ((await within(options.effects.clock, PINS_MS_MAX, session.#introduce(expected))) === 'late')
        throw new Error(`the server has said nothing for ${PINS_MS_MAX / 1000} s`);
    } catch (error) {
      session.destroy();
      throw connectionError(error, options);
    }
    return session;
  }

  async #introduce(expected: FlavourName | undefined): Promise<void> {
    this.#flavour = flavourOf((await this.one('SELECT version() AS version'))['version'] ?? '');
    if (expected !== undefined && this.#flavour.name !== expected) throw isOther(this.#side, expected, this.#flavour);
    for (const statement of pinStatements(this.#flavour)) await this.query(statement);
  }

  get flavour(): Flavour {
    if (!this.#flavour) throw new Error('the server has not said yet what it is');
    return this.#flavour;
  }

  /** The server's number of this session, to find and end it from another one. */
  get serverPid(): number {
    return this.connection.threadId;
  }

  /** The statement that has no answer yet. */
  get waiting(): Waiting | undefined {
    return this.#waiting;
  }

  /** Everything that the server has said. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** One statement. Values stand for question marks, and are put in their place as literals. */
  async query<T extends TextRow = TextRow>(text: string, values: readonly SqlValue[] = [], label = this.label): Promise<Answer<T>> {
    await this.#effects.point('sql.send', `${label}: ${text.slice(0, 60)}`);
    const sql = values.length ? mysql.format(text, [...values]) : text;
    const result = await this.awaiting(this.#sent(sql), {sentBytes: sql.length}).catch((error: unknown) => {
      throw this.explained(error);
    });
    await this.#effects.point('sql.reply', `${label}: ${text.slice(0, 60)}`);
    if (Array.isArray(result)) return {rows: result as T[], rowCount: result.length};
    return {rows: [], rowCount: (result as mysql.ResultSetHeader).affectedRows};
  }

  #sent(sql: string): Promise<unknown> {
    return new Promise((resolve, reject) =>
      this.connection.query({sql, typeCast: asText}, (error, result) => (error ? reject(error) : resolve(result))),
    );
  }

  /** For reads that stream: as long as this lasts, the server is listened to. */
  async awaiting<T>(answer: Promise<T>, {sentBytes, isUnread = () => false}: Partial<Waiting> & {readonly sentBytes: number}): Promise<T> {
    const waiting = {sinceMs: this.#effects.clock.monotonicMs(), sentBytes, isUnread};
    this.#waiting = waiting;
    try {
      return await answer;
    } finally {
      if (this.#waiting === waiting) this.#waiting = undefined;
    }
  }

  explained(error: unknown): unknown {
    return statementError(error, this.label, this.#side);
  }

  /** The single row a statement must give. */
  async one<T extends TextRow = TextRow>(text: string, values: readonly SqlValue[] = []): Promise<T> {
    const {rows} = await this.query<T>(text, values);
    const [row] = rows;
    if (rows.length !== 1 || !row) throw new Error(`expected one row, got ${rows.length}: ${text.slice(0, 80)}`);
    return row;
  }

  /** Commits when `act` returns, rolls back when it throws. A failed COMMIT is ambiguous: the caller asks the database. */
  async transaction<T>(begin: string, act: () => Promise<T>): Promise<T> {
    await this.query(begin);
    let value: T;
    try {
      value = await act();
    } catch (error) {
      await this.query('ROLLBACK').catch(() => undefined); // the connection is gone, or the server has rolled back: both are the same here
      throw error;
    }
    await this.query('COMMIT');
    return value;
  }

  /** Until the server has hung up: the driver itself is done as soon as it has said goodbye. */
  async close(): Promise<void> {
    const socket = this.#socket;
    const goodbye = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      this.connection.end();
    });
    if (!socket.destroyed && (await within(this.#effects.clock, CLOSE_MS_MAX, goodbye)) === 'late') this.destroy();
  }

  /**
   * Cuts the connection without a word; whatever waits for an answer gets the reason. The driver alone only stops talking: a
   * server that sends a log never looks for that, and the process would wait for it.
   */
  destroy(reason: Error = new Error('the connection ended')): void {
    this.#cut ??= reason;
    this.#socket.destroy(reason);
  }

  /** With TLS another one than before. */
  get #socket(): Duplex & {readonly bytesRead: number} {
    return (this.connection as unknown as {stream: Duplex & {readonly bytesRead: number}}).stream;
  }
}

/**
 * Since when, by the monotonic clock; about how much was asked, and whether some of the answer lies here. Another object
 * for every statement.
 */
export type Waiting = {readonly sinceMs: number; readonly sentBytes: number; readonly isUnread: () => boolean};

/** What is no text in the server's books has no place in these answers; values of rows are read by those who know their types. */
const asText: mysql.TypeCast = (field) => field.string('utf8');

const isOther = (side: Side, expected: FlavourName, found: Flavour): TerminalError =>
  new TerminalError(`the plan says ${expected} of the ${side}, and the server is ${found.product} ${found.versionText}`, {
    code: 'CF-PLAN-001',
    next: `write engine: ${found.name} for the ${side}, or give the address of the server that is meant`,
  });
