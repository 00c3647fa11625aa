/** Messages of the pgoutput plugin as stream events: values stay text, our own transactions and marks are told apart. */
import type {Message, MessageRelation} from 'pg-logical-replication/dist/output-plugins/pgoutput/pgoutput.types.js';
import type {Change, Key, Row, StreamEvent, Value} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import {markEvent} from '../../model/mark-text.ts';
import {nameOf, writtenColumns, type Table} from '../../model/table.ts';
import {toPosition} from './postgres-position.ts';

type Tuple = Readonly<Record<string, Value | undefined>>;
type RowMessage = Extract<Message, {tag: 'insert' | 'update' | 'delete'}>;

export class PgoutputEvents {
  readonly #short: string;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #relations = new Map<string, string>();
  readonly #byRelation = new WeakMap<MessageRelation, Table | undefined>();
  /** A transaction has begun and not ended. */
  open = false;

  constructor(short: string, tables: readonly Table[]) {
    this.#short = short;
    this.#tables = new Map(tables.map((table) => [nameOf(table.name), table]));
  }

  take(message: Message, out: StreamEvent[]): void {
    switch (message.tag) {
      case 'begin':
        this.open = true;
        out.push({type: 'begin', transaction: String((message.xid as number) >>> 0), commit: toPosition(lsn(message.commitLsn))});
        break;
      case 'commit':
        this.open = false;
        out.push({type: 'commit', end: toPosition(lsn(message.commitEndLsn))});
        break;
      case 'relation':
        this.#relation(message, out);
        break;
      case 'message':
        this.#mark(message, out);
        break;
      case 'truncate':
        out.push({
          type: 'change',
          change: {kind: 'truncate', tables: message.relations.map(nameOfRelation).filter((name) => this.#tables.has(nameOf(name)))},
        });
        break;
      case 'insert':
      case 'update':
      case 'delete':
        this.#row(message, out);
        break;
      case 'type':
      case 'origin':
        break;
    }
  }

  /** Every value is text from here on: the package would make numbers and dates of them. */
  #relation(relation: MessageRelation, out: StreamEvent[]): void {
    for (const column of relation.columns) (column as {parser: (raw: string) => string}).parser = (raw) => raw;
    const name = nameOf(nameOfRelation(relation));
    const table = this.#tables.get(name);
    if (!table) return;
    const shape = relation.columns.map((column) => `${column.name} ${column.typeOid} ${column.typeMod} ${column.flags}`).join(', ');
    const known = this.#relations.get(name);
    this.#relations.set(name, shape);
    const expected = writtenColumns(table)
      .map((column) => column.name)
      .sort()
      .join(', ');
    const seen = relation.columns
      .map((column) => column.name)
      .sort()
      .join(', ');
    if (expected !== seen) out.push({type: 'schema', table: table.name, what: `columns were (${expected}) and are now (${seen})`});
    else if (known !== undefined && known !== shape)
      out.push({type: 'schema', table: table.name, what: 'a column changed its type, or the key changed'});
  }

  #mark(message: Extract<Message, {tag: 'message'}>, out: StreamEvent[]): void {
    if (message.prefix !== 'crossfade' || !message.transactional) return;
    const event = markEvent(this.#short, Buffer.from(message.content).toString('utf8'));
    if (event) out.push(event);
  }

  #row(message: RowMessage, out: StreamEvent[]): void {
    const table = this.#tableOf(message.relation);
    if (message.relation.schema === 'crossfade') {
      const row = (message.tag === 'delete' ? message.key : message.new) as Tuple | null;
      if (message.relation.name === 'tag' && row?.['migration'] === this.#short) out.push({type: 'ours'});
      return;
    }
    if (table) out.push({type: 'change', change: toChange(table, message)});
  }

  /** Asked for every row, so that no name is built for it: the parser has one object for each description of a table. */
  #tableOf(relation: MessageRelation): Table | undefined {
    if (!this.#byRelation.has(relation)) this.#byRelation.set(relation, this.#tables.get(nameOf(nameOfRelation(relation))));
    return this.#byRelation.get(relation);
  }
}

const lsn = (text: string | null): string => {
  if (!text) throw new TerminalError('the change stream carries a transaction without a position', {code: 'CF-SRC-004'});
  return text;
};

/** The parser pads LSNs to full length (`00000000/0153C8D0`); positions compare as numbers, so either form will do. */
const nameOfRelation = (relation: {readonly schema: string; readonly name: string}): {schema: string; name: string} => ({
  schema: relation.schema,
  name: relation.name,
});

const toChange = (table: Table, message: RowMessage): Change => {
  if (message.tag === 'delete') return {kind: 'delete', table: table.name, key: keyOf(table, (message.key ?? message.old) as Tuple)};
  const tuple = message.new as Tuple;
  const row = rowOf(tuple);
  if (message.tag === 'insert') return {kind: 'insert', table: table.name, key: keyOf(table, tuple), row};
  const before = (message.key ?? message.old) as Tuple | null;
  const oldKey = before ? keyOf(table, before) : undefined;
  const key = keyOf(table, tuple, before); // a large key that did not change stands in the old tuple only
  return oldKey && oldKey.some((value, i) => value !== key[i])
    ? {kind: 'update', table: table.name, key, oldKey, row}
    : {kind: 'update', table: table.name, key, row};
};

const keyOf = (table: Table, tuple: Tuple, before?: Tuple | null): Key =>
  table.key.map((name) => {
    const value = tuple[name] ?? before?.[name];
    if (value === undefined)
      throw new TerminalError(`an event of ${nameOf(table.name)} lacks its key column ${name}`, {
        code: 'CF-SCOPE-003',
        next: 'check the replica identity of the table',
      });
    return value;
  });

/** Unchanged large values are absent, not undefined. */
const rowOf = (tuple: Tuple): Row => {
  for (const name in tuple) {
    if (tuple[name] === undefined)
      return Object.fromEntries(Object.entries(tuple).filter((entry): entry is [string, Value] => entry[1] !== undefined));
  }
  return tuple as Row;
};
