/**
 * The source's own log beside the topic: for transactions that Debezium leaves out or does not carry as they are. One reader is
 * kept while it is wanted, because a server has to look for a place from the beginning of a file; it only ever goes on.
 */
import type {StreamEvent} from '../model/change.ts';
import {TransientError} from '../model/errors.ts';
import {containsSet, type GtidSet, parseGtidSet, printGtidSet} from '../model/gtid-set.ts';
import type {Position} from '../model/position.ts';

/** Batches of messages that came without it, until it is closed. */
const UNUSED_MAX = 100;

export type LogOf = {
  readonly read: (from: Position) => AsyncIterable<readonly StreamEvent[]>;
  /** All that the source has committed. */
  readonly executed: () => Promise<Position>;
};

export class SourceLog {
  readonly #options: LogOf;
  #reader: AsyncIterator<readonly StreamEvent[]> | undefined;
  #events: readonly StreamEvent[] = [];
  #next = 0;
  #unused = 0;

  constructor(options: LogOf) {
    this.#options = options;
  }

  /** Whose turn it is of those that are not in `known`: `gtid` itself, or one before it. Undefined when reading was called off. */
  async next(known: GtidSet, gtid: string): Promise<string | undefined> {
    this.#unused = 0;
    this.#reader ??= this.#options.read(printGtidSet(known) as Position)[Symbol.asyncIterator]();
    for (;;) {
      const event = await this.#peek();
      if (!event) return undefined;
      if (event.type === 'begin' && !containsSet(known, parseGtidSet(event.transaction))) return event.transaction;
      if (event.type === 'idle') await this.#requireExecuted(gtid);
      this.#next++;
    }
  }

  /** What the transaction whose turn it is consists of, without its ends. */
  async *changes(): AsyncGenerator<StreamEvent> {
    this.#next++;
    for (;;) {
      const event = await this.#peek();
      if (!event) return;
      this.#next++;
      if (event.type === 'commit') return;
      if (event.type !== 'idle') yield event;
    }
  }

  /** The log had been read to its end when it said so. */
  async #requireExecuted(gtid: string): Promise<void> {
    const executed = parseGtidSet(await this.#options.executed());
    if (!containsSet(executed, parseGtidSet(gtid))) throw notThere(gtid);
  }

  /** A batch came that needed nothing of it. */
  async spared(): Promise<void> {
    if (this.#reader && ++this.#unused > UNUSED_MAX) await this.close();
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#events = [];
    this.#next = 0;
    await reader?.return?.();
  }

  async #peek(): Promise<StreamEvent | undefined> {
    while (this.#next >= this.#events.length) {
      const read = await this.#reader?.next();
      if (!read || read.done) return undefined;
      this.#events = read.value;
      this.#next = 0;
    }
    return this.#events[this.#next];
  }
}

/** One that waits for a replica is in the log before the source says so. */
const notThere = (gtid: string): TransientError =>
  new TransientError(`a message speaks of transaction ${gtid}, which the log of the source does not have`, {
    code: 'CF-RELAY-004',
    next: 'find out who wrote it; crossfade explain CF-RELAY-004',
  });
