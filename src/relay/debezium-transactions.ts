/**
 * The messages of a topic as the transactions of the source, whole, once and in the order in which they committed
 * (docs/decisions/0030). Debezium sends each at least once: after a crash it begins again somewhere earlier, perhaps in the
 * middle of a transaction. So nothing is taken on trust: every message says which commit came before its transaction and
 * which of its messages it is, and every end says where it commits and how many there were. What was seen is passed over, what
 * is missing ends the stream.
 */
import type {StreamEvent} from '../model/change.ts';
import type {TerminalError} from '../model/errors.ts';
import {markEvent} from '../model/mark-text.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {messagesGone} from './broker-errors.ts';
import type {SentAgain} from './debezium-engine.ts';
import {decodeChange, type EventPlace, object, placeOf, understood, valueOf} from './debezium-envelope.ts';
import {type JsonObject, wholeNumber, word} from './exact-json.ts';
import {lsnOf, lsnText} from './lsn-text.ts';
import {OpenTransaction} from './open-transaction.ts';
import {contentOf, endLsn} from './topic-landmarks.ts';
import {atOffset, logOf, offsetOf} from './topic-position.ts';

export type TransactionsOf = {
  /** Whose marks and tags these are. */
  readonly short: string;
  readonly tables: readonly Table[];
  readonly placeholder: string;
  /** Everything up to here is known; its offset is where reading begins. */
  readonly from: Position;
};

/**
 * Of a transaction of which nothing tells yet whether it was whole before; `xid` tells it from others. `goesOnAt`: where the
 * server would have gone on when its first message was read.
 */
type Held = {readonly xid: string; messages: BrokerMessage[]; bytes: number; goesOnAt?: bigint};

/** More of one is not kept: where it turns out to be new the stream ends, as where messages are gone. */
const HELD_BYTES_MAX = 64 << 20;

type Truncated = {readonly lsn: bigint; readonly tables: readonly TableName[]};

export class DebeziumTransactions {
  readonly #options: TransactionsOf;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #from: bigint;
  /** Where the last transaction ended; undefined before the first of a stream that nothing has come from yet. */
  #end: bigint | undefined;
  #open: OpenTransaction | undefined;
  #held: Held | undefined;
  /** Of that tear: what the source still has is sent again from this offset on, and that may not be all. */
  #lastChance: {readonly tear: string; readonly from: bigint} | undefined;
  /** One statement can truncate several tables, which cannot be truncated one by one where they refer to each other. */
  #truncated: Truncated | undefined;

  constructor(options: TransactionsOf) {
    this.#options = options;
    this.#tables = new Map(options.tables.map((table) => [nameOf(table.name), table]));
    this.#from = lsnOf(logOf(options.from));
    // Offset 0 is where nothing has ended yet: the position is then the one that the stream was made at.
    this.#end = (offsetOf(options.from) ?? 0n) > 0n ? this.#from : undefined;
  }

  /** Everything that committed up to here has come. */
  get #known(): bigint {
    return this.#end ?? this.#from;
  }

  take(message: BrokerMessage): readonly StreamEvent[] {
    return understood(message, () => {
      const value = valueOf(message);
      if (value === undefined) return [];
      if (!('status' in value)) return this.#event(message, value);
      return value['status'] === 'END' ? this.#ended(message, value) : [];
    });
  }

  /** It has to be sent again from its first message on: a part of it may not have come, and nothing says which. */
  get isTorn(): boolean {
    return this.#open?.isTorn === true;
  }

  /** Another one each time; undefined while nothing is torn. */
  get tear(): string | undefined {
    return this.#open?.isTorn ? `${this.#open.xid} ${this.#open.tears}` : undefined;
  }

  /** Where not all of it comes again, and what comes goes on behind what was torn, nobody sends the rest any more. */
  sentAgain({from, isWhole}: SentAgain): void {
    this.#lastChance = isWhole || this.tear === undefined ? undefined : {tear: this.tear, from};
  }

  /** Whoever reads has to say next where the server would go on now. */
  get isAsking(): boolean {
    return this.#held !== undefined && this.#held.goesOnAt === undefined;
  }

  goesOnAt(position: Position): void {
    if (this.#held) this.#held.goesOnAt = lsnOf(position);
  }

  #event(message: BrokerMessage, value: JsonObject): StreamEvent[] {
    const place = placeOf(value);
    switch (this.#standing(message, place)) {
      case 'seen':
        return [];
      case 'not told':
        return this.#hold(message, place);
      case 'current':
        return this.#current(message, value, place);
    }
  }

  #current(message: BrokerMessage, value: JsonObject, place: EventPlace): StreamEvent[] {
    const order = wholeNumber(object(value['transaction'], 'transaction')['total_order'], 'total_order');
    const begun = this.#counted(message, place, order);
    if (!begun) return [];
    const event = this.#read(message, value);
    if (event?.type === 'change' && event.change.kind === 'truncate') return [...begun, ...this.#truncate(event.change.tables, place.lsn)];
    return [...begun, ...this.#untruncated(), ...(event ? [event] : [])];
  }

  /** Whether it is of the transaction that comes next, or of one that was whole before. */
  #standing(message: BrokerMessage, {commitBefore, transaction}: EventPlace): 'current' | 'seen' | 'not told' {
    const isOpen = this.#open?.xid === transaction;
    if (this.isTorn && !isOpen) return 'seen';
    const known = this.#known;
    if (commitBefore !== undefined && commitBefore > known)
      throw missing(message, `what committed between ${lsnText(known)} and ${lsnText(commitBefore)}`);
    if (isOpen) return 'current';
    // A connector whose stored offset was lost, or is older than its slot, does not know what came before its first transaction.
    if (this.#end !== undefined && (commitBefore === undefined || commitBefore < known)) return 'not told';
    if (this.#open) throw missing(message, `the end of transaction ${this.#open.xid}`);
    return 'current';
  }

  /**
   * Its end tells where it commits: what was whole before has ended by `#end`. What has not is the next one where the server goes on
   * at `#end` or earlier: then it has sent everything from there on, in order, and this is the first that is new. Else what
   * lies between may never have reached the brokers.
   */
  #hold(message: BrokerMessage, {transaction}: EventPlace): StreamEvent[] {
    if (this.#held?.xid !== transaction) this.#held = {xid: transaction, messages: [], bytes: 0};
    this.#held.bytes += message.value?.length ?? 0;
    if (this.#held.bytes <= HELD_BYTES_MAX) this.#held.messages.push(message);
    else this.#held.messages = [];
    return [];
  }

  /** What was held of a transaction that ends there: nothing where it was whole before. */
  #told(end: BrokerMessage, xid: string, isNew: boolean): StreamEvent[] {
    const held = this.#held;
    this.#held = undefined;
    if (!isNew || held?.xid !== xid) return [];
    if (this.#open) throw missing(end, `the end of transaction ${this.#open.xid}`);
    const known = this.#known;
    if (held.goesOnAt === undefined || held.goesOnAt > known)
      throw missing(end, `what committed behind ${lsnText(known)} and is no longer sent`);
    return held.messages.flatMap((message) =>
      understood(message, () => {
        const value = object(valueOf(message), 'value');
        return this.#current(message, value, placeOf(value));
      }),
    );
  }

  /** Undefined of what was seen before. Where it commits is not known before its end: behind all that came before. */
  #counted(message: BrokerMessage, {transaction, lsn}: EventPlace, order: number): StreamEvent[] | undefined {
    if (this.#open) {
      const verdict = this.#open.take(order, lsn);
      if (verdict === 'gap') throw missing(message, `changes of transaction ${transaction} before its change ${order}`);
      return verdict === 'next' ? [] : undefined;
    }
    if (order !== 1) throw missing(message, `changes of transaction ${transaction} before its change ${order}`);
    this.#open = new OpenTransaction(transaction, lsn);
    const before = this.#end === undefined || this.#end < this.#from ? this.#from : this.#end;
    return [{type: 'begin', transaction, commit: lsnText(before + 1n)}];
  }

  #read(message: BrokerMessage, value: JsonObject): StreamEvent | undefined {
    if (value['op'] === 'm') return markEvent(this.#options.short, contentOf(value));
    const {schema, table: name} = object(value['source'], 'source');
    if (schema === 'crossfade') return this.#isTagged(value) ? {type: 'ours'} : undefined;
    const table = this.#tables.get(`${word(schema)}.${word(name)}`);
    if (!table) throw new Error(`it is about ${word(schema)}.${word(name)}`);
    return {type: 'change', change: decodeChange({table, placeholder: this.#options.placeholder}, message, value)};
  }

  /** Kept back, for more tables may follow of the same statement. */
  #truncate(tables: readonly TableName[], lsn: bigint): StreamEvent[] {
    const before = this.#truncated?.lsn === lsn ? [] : this.#untruncated();
    this.#truncated = {lsn, tables: [...(this.#truncated?.tables ?? []), ...tables]};
    return before;
  }

  #untruncated(): StreamEvent[] {
    const truncated = this.#truncated;
    this.#truncated = undefined;
    return truncated ? [{type: 'change', change: {kind: 'truncate', tables: truncated.tables}}] : [];
  }

  #isTagged(value: JsonObject): boolean {
    const row = value['op'] === 'd' ? value['before'] : value['after'];
    return object(row, 'row')['migration'] === this.#options.short;
  }

  #ended(message: BrokerMessage, value: JsonObject): StreamEvent[] {
    const [[xid = ''], end] = [word(value['id']).split(':'), endLsn(value)];
    const chance = this.#lastChance;
    if (end > this.#known && chance !== undefined && chance.tear === this.tear && message.offset >= chance.from)
      throw missing(message, `the rest of transaction ${this.#open?.xid}`);
    const isNew = end > this.#known && !this.isTorn;
    const told = this.#told(message, xid, isNew);
    if (!isNew || this.isTorn) return told;
    const [open, count] = [this.#open, wholeNumber(value['event_count'], 'event_count')];
    if (open?.xid === xid && count === 0) {
      open.tear();
      return told;
    }
    if (open ? open.xid !== xid || !open.isWhole(count) : count !== 0)
      throw missing(message, `changes of transaction ${open?.xid ?? xid}, which had ${count}`);
    this.#end = end;
    this.#open = undefined;
    const position = atOffset(lsnText(end), message.offset + 1n);
    return open ? [...told, ...this.#untruncated(), {type: 'commit', end: position}] : [{type: 'idle', position}];
  }
}

const missing = ({topic, partition, offset}: BrokerMessage, what: string): TerminalError =>
  messagesGone(`${what} had to come before ${topic} ${partition}:${offset}`);
