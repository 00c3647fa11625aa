/**
 * Logical replication over the walsender: the package's parser, our own loop. Nothing is acknowledged that the caller
 * has not called durable (invariant 3), and the socket is read no faster than events are consumed; while it stands
 * still our status messages keep the server from giving us up.
 */
import pg from 'pg';
import type {StreamEvent} from '../../model/change.ts';
import {errorText, TransientError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import type {Table} from '../../model/table.ts';
import {within} from '../../model/time-limit.ts';
import type {MigrationRef, OpenOptions} from '../engine.ts';
import {ReceivedEvents} from '../received-events.ts';
import {PgoutputEvents} from './postgres-pgoutput-events.ts';
import {newPgoutputParser} from './postgres-pgoutput-parser.ts';
import {connectionError, statementError} from './postgres-errors.ts';
import {parseLsn, toPosition} from './postgres-position.ts';
import {clientConfig} from './postgres-connection.ts';
import {startReplication} from './postgres-stream-statements.ts';
import {refuseLargeValue, valueBytesMax} from './postgres-value-limit.ts';

/** Well under the server's default wal_sender_timeout of 60 s; of a shorter one a quarter. */
const STATUS_INTERVAL_MS = 5000;
const STATUSES_PER_TIMEOUT = 4;
/** As long as a server's own receiver waits (`wal_receiver_timeout`); where senders may be silent for longer, so long. */
const SILENT_MS_MAX = 60_000;
/** For each of the few words before the stream. */
const ANSWER_MS_MAX = 10_000;
/** Events held before the socket is left alone; each is one row at most. */
const QUEUE_EVENTS_MAX = 4000;

type Socket = {pause(): void; resume(): void; destroy(): void};
type Wire = {
  on(event: 'copyData', listener: (message: {chunk: Buffer}) => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  readonly stream: Socket;
};

export class PostgresChangeStream {
  readonly #client: pg.Client;
  readonly #wire: Wire;
  readonly #events: PgoutputEvents;
  readonly #parser = newPgoutputParser();
  readonly #options: OpenOptions;
  readonly #received: ReceivedEvents;
  readonly #over = new AbortController();
  #silentMs = 0;
  #confirmed: bigint;

  private constructor(client: pg.Client, options: OpenOptions, from: Position, events: PgoutputEvents) {
    this.#client = client;
    this.#options = options;
    this.#wire = wireOf(client);
    this.#confirmed = parseLsn(from);
    this.#events = events;
    this.#received = new ReceivedEvents(this.#wire.stream, QUEUE_EVENTS_MAX);
  }

  static async start(
    options: OpenOptions,
    migration: MigrationRef,
    direction: Direction,
    from: Position,
    tables: readonly Table[],
  ): Promise<PostgresChangeStream> {
    const config = {...clientConfig(options, `stream ${direction}`), replication: 'database'};
    const client = new pg.Client(config);
    client.on('error', () => undefined); // whoever waits for an answer has it, from here to `#listen`
    let timeoutMs: number;
    try {
      await client.connect();
      timeoutMs = await senderTimeoutMs(client, options);
    } catch (error) {
      wireOf(client).stream.destroy();
      throw connectionError(error, options);
    }
    const stream = new PostgresChangeStream(client, options, from, new PgoutputEvents(migration.short, tables));
    stream.#listen(timeoutMs);
    await options.effects.point('sql.send', `stream ${direction}: start`);
    client.query(startReplication(migration, direction, from)).then(
      () => stream.#received.fail(new Error('the server ended the stream')),
      (error: unknown) => stream.#received.fail(statementError(error, `stream ${direction}`, options.side)),
    );
    return stream;
  }

  #listen(senderTimeoutMs: number): void {
    this.#client.on('error', (error) => this.#received.fail(error));
    this.#client.on('end', () => this.#received.fail(new Error('the connection ended')));
    this.#wire.on('copyData', ({chunk}) => this.#receive(chunk));
    void this.#keepUp(statusIntervalMs(senderTimeoutMs), Math.max(SILENT_MS_MAX, senderTimeoutMs));
  }

  /**
   * Only our own messages keep the server from giving us up while it waits for us to read, and each of these asks for an
   * answer. Silence is counted in them, so that time in which this process stood still is not taken for it.
   */
  async #keepUp(intervalMs: number, silentMsMax: number): Promise<void> {
    for (;;) {
      await this.#options.effects.clock.sleep(intervalMs, this.#over.signal);
      if (this.#received.hasFailed || this.#over.signal.aborted) return;
      this.#silentMs = this.#received.isPaused ? 0 : this.#silentMs + intervalMs;
      if (this.#silentMs > silentMsMax) return this.#received.fail(new Error(`the server has said nothing for ${silentMsMax / 1000} s`));
      this.#sendStatus('answer');
    }
  }

  #receive(chunk: Buffer): void {
    this.#silentMs = 0;
    this.#received.receive((queue) => {
      const before = queue.length;
      if (chunk[0] === 0x77) this.#message(chunk.subarray(25), queue);
      else if (chunk[0] === 0x6b) this.#keepalive(chunk, queue);
      return queue.length - before;
    });
  }

  #message(message: Buffer, queue: StreamEvent[]): void {
    refuseLargeValue(message, this.#parser._relationCache, valueBytesMax(this.#options));
    this.#events.take(this.#parser.parse(message), queue);
  }

  /** Sent when the server has nothing more to say up to that position. */
  #keepalive(chunk: Buffer, queue: StreamEvent[]): void {
    if (!this.#events.open) queue.push({type: 'idle', position: toPosition(chunk.readBigUInt64BE(1))});
    if (chunk[17] === 1) this.#sendStatus();
  }

  /** Takes effect with the next status message, which is sent now. */
  acknowledge(position: bigint): void {
    if (position <= this.#confirmed) return;
    this.#confirmed = position;
    this.#sendStatus();
  }

  #sendStatus(asksFor?: 'answer'): void {
    if (this.#received.hasFailed || this.#over.signal.aborted) return;
    const message = Buffer.alloc(34);
    message[0] = 0x72;
    for (const at of [1, 9, 17]) message.writeBigUInt64BE(this.#confirmed, at);
    message.writeBigUInt64BE(BigInt(this.#options.effects.clock.now().getTime() - Date.UTC(2000, 0, 1)) * 1000n, 25);
    if (asksFor) message[33] = 1;
    void this.#options.effects.point('stream.acknowledge', toPosition(this.#confirmed));
    this.#wire.sendCopyFromChunk(message);
  }

  /** Everything received since the last turn, at least one event; ends when `signal` aborts, throws when the stream failed. */
  events(signal: AbortSignal): AsyncIterable<readonly StreamEvent[]> {
    return this.#received.batches(signal, (cause) => this.#broken(cause));
  }

  #broken(cause: unknown): Error {
    if (cause instanceof Error && cause.name === 'TerminalError') return cause;
    return new TransientError(`the change stream of ${this.#options.side} broke off: ${errorText(cause)}`, {
      code: 'CF-CONN-004',
      cause,
      next: 'nothing; it is opened again',
    });
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#wire.stream.destroy();
    await this.#client.end().catch(() => undefined); // destroyed a line above
  }
}

const wireOf = (client: pg.Client): Wire => (client as unknown as {connection: Wire}).connection;

/** 0 means that the server never gives us up. */
const senderTimeoutMs = async (client: pg.Client, {effects}: OpenOptions): Promise<number> => {
  const asked = client.query<{ms: string}>(`SELECT setting AS ms FROM pg_settings WHERE name = 'wal_sender_timeout'`);
  const answer = await within(effects.clock, ANSWER_MS_MAX, asked);
  if (answer === 'late') throw new Error(`no answer within ${ANSWER_MS_MAX} ms`);
  return Number(answer.rows[0]?.ms);
};

const statusIntervalMs = (timeoutMs: number): number =>
  timeoutMs > 0 ? Math.min(STATUS_INTERVAL_MS, timeoutMs / STATUSES_PER_TIMEOUT) : STATUS_INTERVAL_MS;
