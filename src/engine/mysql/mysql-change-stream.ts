/**
 * The binary log as a change stream, by GTID: the driver's connection, our own reading of the events. The socket is read
 * no faster than events are consumed, and a server that is silent for long is given up.
 */
import type {StreamEvent} from '../../model/change.ts';
import {errorText, isCoded, TerminalError, TransientError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Table} from '../../model/table.ts';
import type {MigrationRef, OpenOptions} from '../engine.ts';
import {ReceivedEvents} from '../received-events.ts';
import {BinlogEvents} from './mysql-binlog-events.ts';
import {BinlogTables} from './mysql-binlog-tables.ts';
import {Decoders} from './mysql-charsets.ts';
import {dump, type ServerError, serverIdOf} from './mysql-dump-command.ts';
import type {MySession} from './mysql-session.ts';
import {charsetFacts, streamDialect} from './mysql-stream-dialect.ts';

/** The server says that it is there when it has nothing else to say. */
export const HEARTBEAT_MS = 5_000;
const SILENT_MS_MAX = 60_000;
/** Of the events as they came, held before the socket is left alone. */
const QUEUE_BYTES_MAX = 8 << 20;

export type StreamStart = {
  readonly options: OpenOptions;
  readonly migration: MigrationRef;
  readonly from: Position;
  readonly tables: readonly Table[];
  /** A session of the stream's own, which it ends. */
  readonly session: MySession;
};

export class MysqlChangeStream {
  readonly #session: MySession;
  readonly #options: OpenOptions;
  readonly #events: BinlogEvents;
  readonly #received: ReceivedEvents;
  #silentMs = 0;
  readonly #over = new AbortController();

  private constructor({options, session}: StreamStart, events: BinlogEvents) {
    this.#session = session;
    this.#options = options;
    this.#events = events;
    this.#received = new ReceivedEvents(session.connection, QUEUE_BYTES_MAX);
  }

  static async start(start: StreamStart): Promise<MysqlChangeStream> {
    const {options, migration, from, tables, session} = start;
    try {
      const dialect = streamDialect(session.flavour);
      const decoders = new Decoders(await charsetFacts(session));
      const identity = options.effects.randomId();
      for (const sql of dialect.prepareDump(from, {identity, heartbeatMs: HEARTBEAT_MS})) await session.query(sql);
      const command = dialect.dumpCommand(serverIdOf(identity), from);
      const known = new BinlogTables(tables, decoders, dialect.spatialIsText);
      const stream = new MysqlChangeStream(start, new BinlogEvents({short: migration.short, from, tables: known}));
      await options.effects.point('sql.send', `${session.label}: start`);
      stream.#listen(command);
      return stream;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  #listen(command: Buffer): void {
    this.#session.connection.on('error', (error: Error) => this.#received.fail(error));
    this.#session.connection.on('end', () => this.#received.fail(new Error('the connection ended')));
    dump(
      this.#session.connection,
      command,
      (event) => this.#receive(event),
      (error) => this.#received.fail(error),
    );
    void this.#watch();
  }

  /** Silence is counted in turns, so that time in which this process stood still is not taken for it. */
  async #watch(): Promise<void> {
    for (;;) {
      await this.#options.effects.clock.sleep(HEARTBEAT_MS, this.#over.signal);
      if (this.#received.hasFailed || this.#over.signal.aborted) return;
      this.#silentMs = this.#received.isPaused ? 0 : this.#silentMs + HEARTBEAT_MS;
      if (this.#silentMs > SILENT_MS_MAX)
        return this.#received.fail(new Error(`the server has said nothing for ${SILENT_MS_MAX / 1000} s`));
    }
  }

  #receive(event: Buffer): void {
    this.#silentMs = 0;
    this.#received.receive((queue) => {
      try {
        this.#events.take(event, queue);
      } catch (error) {
        throw isCoded(error) ? error : unreadable(error);
      }
      return event.length;
    });
  }

  /** Everything received since the last turn, at least one event; ends when `signal` aborts, throws when the stream failed. */
  events(signal: AbortSignal): AsyncIterable<readonly StreamEvent[]> {
    return this.#received.batches(signal, (cause) => this.#broken(cause));
  }

  #broken(cause: unknown): Error {
    if (isCoded(cause)) return cause;
    const message = errorText(cause);
    if (isGone(cause)) {
      return new TerminalError(`the binary log of ${this.#options.side} no longer goes on from where we were: ${message}`, {
        code: 'CF-SRC-004',
        cause,
        next: 'what was written meanwhile is lost to the stream: abort and start again, with binlog_expire_logs_seconds at least twice the time that the migration takes',
      });
    }
    return new TransientError(`the change stream of ${this.#options.side} broke off: ${message}`, {
      code: 'CF-CONN-004',
      cause,
      next: 'nothing; it is opened again',
    });
  }

  close(): void {
    this.#over.abort();
    this.#session.destroy();
  }
}

const FATAL_READING_LOG = 1236;

/** The server cannot serve the place any more (H-69); another reader with our number only cuts the connection. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && (error as ServerError).errno === FATAL_READING_LOG && !/same server[_ ](uu)?id/i.test(error.message);

/** It would be as unreadable the next time (H-75). */
const unreadable = (cause: unknown): TerminalError =>
  new TerminalError(`an event of the binary log cannot be read: ${errorText(cause)}`, {
    code: 'CF-SCOPE-004',
    cause,
    next: 'this is a form of the log that Crossfade does not know: report it with the version of the server',
  });
