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

type Truncated = {readonly lsn: bigint; readonly tables: readonly TableName[]};

export class DebeziumTransactions {
  readonly #options: TransactionsOf;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #from: bigint;
  /** Where the last transaction ended; undefined before the first of a stream that nothing has come from yet. */
  #end: bigint | undefined;
  #open: OpenTransaction | undefined;
  /** One statement can truncate several tables, which cannot be truncated one by one where they refer to each other. */
  #truncated: Truncated | undefined;

  constructor(options: TransactionsOf) {
    this.#options = options;
    this.#tables = new Map(options.tables.map((table) => [nameOf(table.name), table]));
    this.#from = lsnOf(logOf(options.from));
    // Offset 0 is where nothing has ended yet: the position is then the one that the stream was made at.
    this.#end = (offsetOf(options.from) ?? 0n) > 0n ? this.#from : undefined;
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

  #event(message: BrokerMessage, value: JsonObject): StreamEvent[] {
    const place = placeOf(value);
    if (!this.#isCurrent(message, place)) return [];
    const order = wholeNumber(object(value['transaction'], 'transaction')['total_order'], 'total_order');
    const begun = this.#counted(message, place, order);
    if (!begun) return [];
    const event = this.#read(message, value);
    if (event?.type === 'change' && event.change.kind === 'truncate') return [...begun, ...this.#truncate(event.change.tables, place.lsn)];
    return [...begun, ...this.#untruncated(), ...(event ? [event] : [])];
  }

  /** Whether it is of the transaction that comes next; false of those that were whole before. */
  #isCurrent(message: BrokerMessage, {commitBefore, transaction}: EventPlace): boolean {
    const isOpen = this.#open?.xid === transaction;
    if (this.isTorn && !isOpen) return false;
    // A connector that begins at the slot again does not say what came before its first transaction.
    if (commitBefore === undefined) return isOpen || this.#end === undefined;
    const known = this.#end ?? this.#from;
    if (commitBefore > known) throw missing(message, `what committed between ${lsnText(known)} and ${lsnText(commitBefore)}`);
    if (commitBefore < known && this.#end !== undefined) return false;
    if (this.#open && !isOpen) throw missing(message, `the end of transaction ${this.#open.xid}`);
    return true;
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
    if (end <= (this.#end ?? this.#from) || this.isTorn) return [];
    const [open, count] = [this.#open, wholeNumber(value['event_count'], 'event_count')];
    if (open ? open.xid !== xid || !open.isWhole(count) : count !== 0)
      throw missing(message, `changes of transaction ${open?.xid ?? xid}, which had ${count}`);
    this.#end = end;
    this.#open = undefined;
    const position = atOffset(lsnText(end), message.offset + 1n);
    return open ? [...this.#untruncated(), {type: 'commit', end: position}] : [{type: 'idle', position}];
  }
}

const missing = ({topic, partition, offset}: BrokerMessage, what: string): TerminalError =>
  messagesGone(`${what} had to come before ${topic} ${partition}:${offset}`);
