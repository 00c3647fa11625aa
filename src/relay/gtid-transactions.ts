/**
 * The messages of MySQL's connector as the transactions of the source, whole, once and in the order in which they committed
 * (docs/decisions/0033). Their names tell what is missing: Debezium sends no statements that change schemas or truncate, and what it
 * sends of prepared and tagged transactions cannot be told apart. All that, and every transaction with a value that it does not
 * carry as it is, is taken from the source's log instead, from where the messages stop being enough.
 */
import type {Key, StreamEvent} from '../model/change.ts';
import type {TerminalError} from '../model/errors.ts';
import {before, containsSet, type GtidSet, parseGtidSet, printGtidSet, subtract, unionOf} from '../model/gtid-set.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {messagesGone} from './broker-errors.ts';
import {understood, valueOf} from './debezium-envelope.ts';
import {type JsonObject, wholeNumber, word} from './exact-json.ts';
import {type DecodedRow, decodeRow, OWN_SCHEMA, ownEvent, placeOf, type SentTable, sourceOf, transactionOf} from './mysql-envelope.ts';
import {OpenTransaction, type Verdict} from './open-transaction.ts';
import type {SourceLog} from './source-log.ts';
import {atOffset} from './topic-position.ts';

export type GtidTransactionsOf = {
  /** Whose marks and tags these are. */
  readonly short: string;
  readonly tables: ReadonlyMap<string, SentTable>;
  /** All that the target has. */
  readonly known: GtidSet;
  readonly log: SourceLog;
  /** Throws where something stands before a mark that neither messages nor their names could tell of. */
  readonly requireFollowable: () => Promise<void>;
};

/** Events out of the log, handed on at once. */
const BATCH = 500;

type Open = {
  readonly gtid: string;
  readonly commit: GtidSet;
  /** Undefined before the first row. */
  rows?: OpenTransaction;
  /** Events that were handed on; the log has as many before the next one. */
  handed: number;
  /** All of it has been handed on. */
  isWhole: boolean;
  /** The first half of a change of key. */
  moved?: Key | undefined;
};
/** What has to be taken from the log before the message can be: transactions before it, or the rest of the open one. */
type Lack = 'before' | 'rest';

export class GtidTransactions {
  readonly #options: GtidTransactionsOf;
  #known: GtidSet;
  /** Names that the log has not given to anything so far, although it gave later ones. */
  #unused: GtidSet = new Map();
  #open: Open | undefined;
  #ready: StreamEvent[] = [];

  constructor(options: GtidTransactionsOf) {
    this.#options = options;
    this.#known = options.known;
  }

  async *of(batches: AsyncIterable<readonly BrokerMessage[]>): AsyncGenerator<readonly StreamEvent[]> {
    try {
      for await (const batch of batches) {
        for (const message of batch)
          for (let lack = this.#take(message); lack; lack = this.#take(message))
            if (!(yield* lack === 'before' ? this.#earlier(message) : this.#rest())) return;
        await this.#options.log.spared();
        yield* this.#handedOn();
      }
    } finally {
      await this.#options.log.close();
    }
  }

  async *#handedOn(): AsyncGenerator<readonly StreamEvent[]> {
    const events = this.#ready;
    this.#ready = [];
    if (events.some(({type}) => type === 'mark')) await this.#options.requireFollowable();
    if (events.length) yield events;
  }

  /** Changes nothing where it answers that something lacks. */
  #take(message: BrokerMessage): Lack | undefined {
    return understood(message, () => {
      const value = valueOf(message);
      if (value === undefined) return undefined;
      if (value['status'] === 'BEGIN') return this.#begin(message, word(value['id']));
      if (value['status'] === 'END') return this.#end(message, value);
      return this.#row(message, value);
    });
  }

  /** Of one that came whole before it is passed over; of the open one it is sent again, or its rest. */
  #begin(message: BrokerMessage, gtid: string): Lack | undefined {
    const set = parseGtidSet(gtid);
    if (this.#open?.gtid === gtid || containsSet(this.#known, set)) return undefined;
    if (this.#open && !this.#open.isWhole) return 'rest';
    this.#commit(message.offset);
    if (this.#missing(set).size) return 'before';
    this.#open = {gtid, commit: unionOf(this.#known, set), handed: 0, isWhole: false};
    return undefined;
  }

  #missing(gtid: GtidSet): GtidSet {
    return subtract(subtract(before(gtid), this.#known), this.#unused);
  }

  #row(message: BrokerMessage, value: JsonObject): Lack | undefined {
    const {schema, table} = sourceOf(value);
    const sent = this.#options.tables.get(nameOf({schema, name: table}));
    if (!sent && schema !== OWN_SCHEMA) throw new Error(`it is about ${schema}.${table}`);
    const [open, of] = [this.#open, transactionOf(value)];
    if (!open || !of || of.gtid !== open.gtid || open.isWhole) return undefined;
    const found = sent ? decodeRow(sent, message, value) : (ownEvent(value, this.#options.short) ?? 'nothing');
    const verdict = found ? verdictOn(open, of.order, placeOf(value)) : 'gap';
    if (!found || verdict === 'gap' || open.rows?.isTorn) return 'rest';
    if (verdict === 'seen' || found === 'nothing') return undefined;
    return this.#decoded(open, found, sent?.table.name);
  }

  /** Both halves of a change of key are one change, as they are in the log. */
  #decoded(open: Open, found: DecodedRow | StreamEvent, table: TableName | undefined): Lack | undefined {
    const {moved} = open;
    if ((found.type === 'arrived') !== (moved !== undefined)) return 'rest';
    if (found.type === 'moved') open.moved = found.oldKey;
    else if (found.type !== 'arrived') this.#hand(open, found);
    else if (moved && table) {
      open.moved = undefined;
      this.#hand(open, {type: 'change', change: {kind: 'update', table, oldKey: moved, key: found.key, row: found.row}});
    }
    return undefined;
  }

  #hand(open: Open, event: StreamEvent): void {
    if (!open.handed) this.#ready.push({type: 'begin', transaction: open.gtid, commit: position(open.commit)});
    open.handed++;
    this.#ready.push(event);
  }

  #end(message: BrokerMessage, value: JsonObject): Lack | undefined {
    const open = this.#open;
    if (!open || open.gtid !== word(value['id'])) return undefined;
    const count = wholeNumber(value['event_count'], 'event_count');
    if (!open.isWhole && (open.moved || !(open.rows ? open.rows.isWhole(count) : count === 0))) return 'rest';
    open.isWhole = true;
    this.#commit(message.offset + 1n);
    return undefined;
  }

  /** `offset`: from where the topic is read on. */
  #commit(offset: bigint): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    this.#known = open.commit;
    const end = atOffset(position(open.commit), offset);
    this.#ready.push(open.handed ? {type: 'commit', end} : {type: 'idle', position: end});
  }

  /** The transactions before the one that the message begins. False when reading was called off. */
  async *#earlier(message: BrokerMessage): AsyncGenerator<readonly StreamEvent[], boolean> {
    const gtid = understood(message, () => word(valueOf(message)?.['id']));
    for (;;) {
      const transaction = await this.#options.log.next(this.#known, gtid);
      if (transaction === undefined) return false;
      if (transaction === gtid) break;
      this.#open = {gtid: transaction, commit: unionOf(this.#known, parseGtidSet(transaction)), handed: 0, isWhole: false};
      if (!(yield* this.#rest())) return false;
      this.#commit(message.offset);
    }
    this.#unused = unionOf(this.#unused, this.#missing(parseGtidSet(gtid)));
    return true;
  }

  /** Of the open transaction, what was not handed on yet. */
  async *#rest(): AsyncGenerator<readonly StreamEvent[], boolean> {
    const {log} = this.#options;
    const open = this.#open;
    if (!open) return true;
    const turn = await log.next(this.#known, open.gtid);
    if (turn === undefined) return false;
    if (turn !== open.gtid) throw untold(turn, open.gtid);
    let handed = open.handed;
    for await (const event of log.changes()) {
      // Of a table that has changed only the log says so.
      if (event.type !== 'schema' && handed-- > 0) continue;
      this.#hand(open, event);
      if (this.#ready.length >= BATCH) yield* this.#handedOn();
    }
    open.isWhole = true;
    return true;
  }
}

function verdictOn(open: Open, order: number, place: bigint): Verdict {
  if (open.rows) return open.rows.take(order, place);
  if (order !== 1) return 'gap';
  open.rows = new OpenTransaction(open.gtid, place);
  return 'next';
}

const position = (set: GtidSet): Position => printGtidSet(set) as Position;

/** Neither a message nor a number told of it. */
const untold = (gtid: string, of: string): TerminalError =>
  messagesGone(`the log has ${gtid} before ${of}, and Debezium never spoke of it`);
