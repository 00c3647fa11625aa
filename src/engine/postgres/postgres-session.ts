/**
 * Every word exchanged with a PostgreSQL server goes through here: part of the effects seam. Values are text both ways.
 */
import {finished} from 'node:stream/promises';
import type {Duplex, Readable, Writable} from 'node:stream';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type {Effects} from '../../model/effects.ts';
import type {Side} from '../../model/side.ts';
import {within} from '../../model/time-limit.ts';
import type {OpenOptions} from '../engine.ts';
import {clientConfig, type Pinning} from './postgres-connection.ts';
import {connectionError, statementError} from './postgres-errors.ts';
import type {Sql} from './postgres-statement.ts';

export type TextRow = Readonly<Record<string, string | null>>;
export type Answer<T> = {readonly rows: readonly T[]; readonly rowCount: number};

/** A server that answers at all answers a goodbye at once. */
const CLOSE_MS_MAX = 2_000;

/** Reported like settings, and fixed for the session or the server. */
const FACTS: ReadonlySet<string> = new Set([
  'is_superuser',
  'session_authorization',
  'server_version',
  'server_encoding',
  'integer_datetimes',
  'in_hot_standby',
]);

/** One connection. `label` names its purpose in `pg_stat_activity` and at the effects seam. */
export class PgSession {
  readonly label: string;
  readonly #client: pg.Client;
  readonly #effects: Effects;
  readonly #side: Side;
  readonly #reported = new Set<string>();
  /** Resolves with the reason when the connection ends without `close`. */
  readonly lost: Promise<Error>;
  #waiting: Waiting | undefined;

  constructor(client: pg.Client, label: string, {effects, side}: Pick<OpenOptions, 'effects' | 'side'>) {
    this.#client = client;
    this.label = label;
    this.#effects = effects;
    this.#side = side;
    const {connection} = client as unknown as {
      connection: {on(event: 'parameterStatus', listener: (message: {parameterName: string}) => void): void};
    };
    connection.on('parameterStatus', ({parameterName}) => void this.#reported.add(parameterName));
    this.lost = new Promise((resolve) => {
      client.on('error', resolve);
      client.once('end', () => resolve(new Error('the connection ended')));
    });
  }

  static async open(options: OpenOptions, label: string, pipeline = false, pinning?: Pinning): Promise<PgSession> {
    const client = new pg.Client({...clientConfig(options, label, pinning), pipeline});
    const session = new PgSession(client, label, options);
    await options.effects.point('sql.send', `${options.side} ${label}: connect`);
    try {
      await client.connect();
    } catch (error) {
      throw connectionError(error, options);
    }
    return session;
  }

  /** Server process id, to find and end this session from another one. */
  get serverPid(): number {
    return (this.#client as unknown as {processID: number}).processID;
  }

  /** What the server said of its settings at the login; `is_superuser` and its like cannot be set and are no settings here. */
  get reported(): readonly string[] {
    return [...this.#reported].filter((name) => !FACTS.has(name));
  }

  /** The statement that has no answer yet. */
  get waiting(): Waiting | undefined {
    return this.#waiting;
  }

  /** Everything that the server has said. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  onNotification(listener: (payload: string) => void): void {
    this.#client.on('notification', (message) => listener(message.payload ?? ''));
  }

  /** One statement, or several without parameters (the last answer counts). */
  async query<T extends TextRow = TextRow>(text: string, values: readonly unknown[] = [], label = this.label): Promise<Answer<T>> {
    return (await this.#answers<T>(text, values, label)).at(-1) ?? {rows: [], rowCount: 0};
  }

  /** Several statements without parameters in one message; all their answers. */
  script(text: string): Promise<readonly Answer<TextRow>[]> {
    return this.#answers(text, [], this.label);
  }

  async #answers<T extends TextRow>(text: string, values: readonly unknown[], label: string): Promise<readonly Answer<T>[]> {
    await this.#effects.point('sql.send', `${label}: ${text.slice(0, 60)}`);
    const result = await this.#awaiting(this.#submit<T>(text, values)).catch((error: unknown) => {
      throw this.#explained(error);
    });
    await this.#effects.point('sql.reply', `${label}: ${text.slice(0, 60)}`);
    return answersOf(result);
  }

  /**
   * One after the other without waiting for an answer in between, on a session that was opened for it; elsewhere the driver
   * waits for each. Inside a transaction, where nothing is carried out behind a statement that failed: its error is thrown
   * when all have been answered.
   */
  async sendAll(statements: readonly Sql[]): Promise<readonly Answer<TextRow>[]> {
    const sent: Promise<Result<TextRow>>[] = [];
    for (const statement of statements) {
      await this.#effects.point('sql.send', `${this.label}: ${statement.text.slice(0, 60)}`);
      const answer = this.#submit<TextRow>(statement.text, statement.values);
      answer.catch(() => undefined); // awaited below
      sent.push(answer);
    }
    const settled = await this.#awaiting(Promise.allSettled(sent));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw this.#explained(failed.reason);
    for (const {text} of statements) await this.#effects.point('sql.reply', `${this.label}: ${text.slice(0, 60)}`);
    return settled.flatMap((one) => (one.status === 'fulfilled' ? answersOf(one.value).slice(-1) : []));
  }

  #submit<T extends TextRow>(text: string, values: readonly unknown[] = []): Promise<Result<T>> {
    return values.length ? this.#client.query<T>(text, [...values]) : this.#client.query<T>(text);
  }

  send<T extends TextRow = TextRow>({text, values = []}: Sql): Promise<Answer<T>> {
    return this.query<T>(text, values);
  }

  /** The single row a statement must give. */
  async one<T extends TextRow = TextRow>(text: string, values: readonly unknown[] = []): Promise<T> {
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

  /** `done` resolves only when the server has said that the COPY is complete. */
  async copyOut(text: string): Promise<{readonly stream: Readable; done(): Promise<void>}> {
    await this.#effects.point('sql.send', `${this.label}: ${text.slice(0, 60)}`);
    const copy = this.#ending(copyStreams.to(text));
    const answered = lastWordOn(copy);
    const stream = this.#client.query(copy);
    void this.#awaiting(answered, {isUnread: () => stream.readableLength > 0 || this.#socket.readableLength > 0});
    // The rows end before the server's last word on them, which the next statement's answer comes after.
    const ended = finished(stream)
      .then(() => this.#awaiting(this.#client.query('SELECT 1')))
      .then(() => this.#effects.point('copy.end', `${this.label}: ${text.slice(0, 60)}`));
    ended.catch(() => undefined); // reported by done()
    return {stream, done: () => ended};
  }

  /** The answer's `rowCount` is set when the stream has finished. */
  async copyIn(text: string): Promise<Writable & {rowCount: number}> {
    await this.#effects.point('sql.send', `${this.label}: ${text.slice(0, 60)}`);
    const stream = this.#client.query(this.#explaining(copyStreams.from(text))) as unknown as Writable & {rowCount: number};
    const isUnderWay = (): boolean => stream.writableLength > 0 || stream.writableEnded;
    this.#awaiting(finished(stream), {isUnderWay}).catch(() => undefined); // reported to whoever writes the rows
    return stream;
  }

  async #awaiting<T>(answer: Promise<T>, rows: Partial<Waiting> = {}): Promise<T> {
    const waiting = {sinceMs: this.#effects.clock.monotonicMs(), isUnread: () => false, isUnderWay: () => false, ...rows};
    this.#waiting = waiting;
    try {
      return await answer;
    } finally {
      if (this.#waiting === waiting) this.#waiting = undefined;
    }
  }

  #explained(error: unknown): unknown {
    return statementError(error, this.label, this.#side);
  }

  /** The driver tells a COPY's failure to the statement, which passes it on to whoever reads or writes its rows. */
  #explaining<T extends pg.Submittable>(copy: T): T {
    const told = copy as T & {handleError(error: unknown): void};
    const pass = told.handleError.bind(told);
    told.handleError = (error) => pass(this.#explained(error));
    return copy;
  }

  /** Its error stays with the stream: the driver's own is lost on whoever begins to read after it, and waits for ever. */
  #ending(copy: Readable & pg.Submittable): Readable & pg.Submittable {
    const told = copy as Readable & pg.Submittable & {handleError(error: unknown): void};
    told.handleError = (error) => void copy.destroy(this.#explained(error) as Error);
    return copy;
  }

  async close(): Promise<void> {
    const goodbye = this.#client.end().catch(() => undefined); // already gone
    if ((await within(this.#effects.clock, CLOSE_MS_MAX, goodbye)) === 'late') this.destroy();
  }

  /**
   * Cuts the connection without a word, for a session that is busy with a COPY nobody reads, or whose server is silent.
   * With a reason, whatever waits for an answer gets that.
   */
  destroy(reason?: Error): void {
    this.#socket.destroy(reason);
  }

  /** With TLS another one than before. */
  get #socket(): Duplex & {readonly bytesRead: number} {
    return (this.#client as unknown as {connection: {stream: Duplex & {readonly bytesRead: number}}}).connection.stream;
  }
}

/**
 * Since when, by the monotonic clock; whether some of the answer lies here, and whether rows of ours, or the word that
 * there are no more, have been sent. Another object for every statement.
 */
export type Waiting = {readonly sinceMs: number; readonly isUnread: () => boolean; readonly isUnderWay: () => boolean};

/** Whoever reads the rows may be slow with them: the server is waited for until here, be it an error. */
const lastWordOn = (copy: pg.Submittable): Promise<void> =>
  new Promise((resolve) => {
    const told = copy as Listening;
    for (const word of ['handleReadyForQuery', 'handleError'] as const) {
      const pass = told[word].bind(told);
      told[word] = (...message) => {
        resolve();
        pass(...message);
      };
    }
  });

type Listening = pg.Submittable & Record<'handleReadyForQuery' | 'handleError', (...message: readonly unknown[]) => void>;

/** Several statements in one message answer with a list; the package's types do not say so. */
type Result<T extends TextRow> = pg.QueryResult<T> | pg.QueryResult<T>[];

const answersOf = <T extends TextRow>(result: Result<T>): readonly Answer<T>[] =>
  [result].flat().map(({rows, rowCount}) => ({rows, rowCount: rowCount ?? 0}));
