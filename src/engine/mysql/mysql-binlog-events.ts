/**
 * Events of the binary log as stream events. A transaction is a GTID and what follows it up to its end; a position is all
 * transactions up to and with one. Whatever could not be followed exactly stops the stream and says why.
 */
import type {Change, Key, Row, StreamEvent} from '../../model/change.ts';
import {TerminalError, type ErrorCode} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import {nameOf, type Table} from '../../model/table.ts';
import {EVENT, Packets, type Packet} from './mysql-binlog-packet.ts';
import {readRows, type LoggedRow, type RowsKind} from './mysql-binlog-rows.ts';
import type {BinlogTables, KnownTable} from './mysql-binlog-tables.ts';
import type {Bytes} from './mysql-bytes.ts';
import {readGtid, readMariadbGtid, readTaggedGtid} from './mysql-gtid-events.ts';
import {MARK_TABLE, TAG_TABLE} from './mysql-names.ts';
import {afterTransaction} from './mysql-position.ts';
import {queryKind} from './mysql-query-kind.ts';

/** `endsWith`: a change of schema has no end of its own. */
type Transaction = {readonly commit: Position; endsWith: 'statement' | 'commit'; isPrepared: boolean; changes: number};

const MARIADB_STANDALONE = 1;
const MARIADB_PREPARED = 0x40;

export class BinlogEvents {
  readonly #short: string;
  /** Of all transactions that have begun. */
  #position: Position;
  readonly #tables: BinlogTables;
  readonly #packets = new Packets();
  #transaction: Transaction | undefined;

  constructor({short, from, tables}: {short: string; from: Position; tables: BinlogTables}) {
    this.#short = short;
    this.#tables = tables;
    this.#position = from;
  }

  take(event: Buffer, out: StreamEvent[]): void {
    const packet = this.#packets.read(event);
    const {type, server, body} = packet;
    const rows = ROWS.get(type);
    if (rows) return this.#rows(rows, packet, out);
    switch (type) {
      case EVENT.tableMap:
        return this.#tables.announce(body);
      case EVENT.gtid:
        return this.#begin(readGtid(body), 'statement', false, out);
      case EVENT.taggedGtid:
        return this.#begin(readTaggedGtid(body), 'statement', false, out);
      case EVENT.mariadbGtid: {
        const {gtid, flags} = readMariadbGtid(body, server);
        return this.#begin(gtid, flags & MARIADB_STANDALONE ? 'statement' : 'commit', (flags & MARIADB_PREPARED) !== 0, out);
      }
      case EVENT.query:
        return this.#query(body, out);
      case EVENT.xid:
      case EVENT.xaPrepare:
        return this.#commit(out);
      case EVENT.heartbeat:
      case EVENT.heartbeat2:
        if (!this.#transaction) out.push({type: 'idle', position: this.#position});
        return;
      default:
        refuseUnreadable(type);
    }
  }

  /** MySQL says BEGIN when there is more to come. */
  #begin(gtid: string, endsWith: Transaction['endsWith'], isPrepared: boolean, out: StreamEvent[]): void {
    if (this.#transaction) throw lost(`${gtid} begins before the end of the transaction at ${this.#transaction.commit}`);
    const commit = afterTransaction(this.#position, gtid);
    this.#position = commit;
    this.#transaction = {commit, endsWith, isPrepared, changes: 0};
    out.push({type: 'begin', transaction: gtid, commit});
  }

  #commit(out: StreamEvent[]): void {
    if (!this.#transaction) return;
    out.push({type: 'commit', end: this.#transaction.commit});
    this.#transaction = undefined;
  }

  #query(body: Bytes, out: StreamEvent[]): void {
    const {schema, text} = readQuery(body);
    const query = queryKind(text, schema);
    const transaction = this.#transaction;
    if (!transaction) throw lost('a statement stands outside of any transaction');
    switch (query.kind) {
      case 'nothing':
        return;
      case 'begin':
        transaction.endsWith = 'commit';
        return;
      case 'commit':
        return this.#commit(out);
      case 'rollback':
      case 'rollback-to':
        if (transaction.changes > 0)
          throw refused(
            'CF-SCOPE-004',
            'a transaction was rolled back in part',
            'keep tables of other engines than InnoDB out of the transactions that write mapped tables',
          );
        return query.kind === 'rollback' ? this.#commit(out) : undefined;
      case 'xa':
        return this.#xa(text, transaction, out);
      case 'rows':
        throw refused(
          'CF-SRC-001',
          'a statement that writes rows came in place of the rows (H-71)',
          'set binlog_format=ROW for every session, then abort and start again',
        );
      case 'truncate': {
        const table = this.#tables.mapped(query.table);
        if (table) out.push({type: 'change', change: {kind: 'truncate', tables: [table.name]}});
        return this.#endStatement(out);
      }
      case 'ddl':
        if (query.opens) transaction.endsWith = 'commit';
        out.push({type: 'schema', table: query.table && this.#tables.mapped(query.table)?.name, what: query.what});
        return this.#endStatement(out);
    }
  }

  #endStatement(out: StreamEvent[]): void {
    if (this.#transaction?.endsWith === 'statement') this.#commit(out);
  }

  /** Rows come with PREPARE and may never be committed; so rows of mapped tables are refused, and all else passes (H-68). */
  #xa(text: string, transaction: Transaction, out: StreamEvent[]): void {
    if (/^\s*XA\s+(START|BEGIN)/i.test(text)) {
      transaction.endsWith = 'commit';
      transaction.isPrepared = true;
    } else if (!/^\s*XA\s+END/i.test(text)) this.#commit(out);
  }

  #rows(kind: RowsKind, {type, body}: Packet, out: StreamEvent[]): void {
    const known = this.#tables.of(body.uint(6));
    body.skip(2);
    if (type >= EVENT.insert2) body.skip(body.uint(2) - 2);
    if (!known) return;
    const transaction = this.#transaction;
    if (!transaction) throw lost(`rows of ${nameOf(known.name)} stand outside of any transaction`);
    if (known.table) this.#requireFollowable(known, transaction, out);
    for (const row of readRows(body, kind, known.columns, nameOf(known.name))) {
      if (!known.table) this.#ours(known.name.name, row, out);
      else {
        transaction.changes++;
        out.push({type: 'change', change: toChange(known.table, known, row)});
      }
    }
  }

  #requireFollowable({table, difference}: KnownTable, {isPrepared}: Transaction, out: StreamEvent[]): void {
    if (!table) return;
    if (difference) out.push({type: 'schema', table: table.name, what: difference});
    if (isPrepared)
      throw refused(
        'CF-SCOPE-004',
        `${nameOf(table.name)} is written by XA transactions, which may be prepared and never committed`,
        'let the application commit in one phase, or leave the table out',
      );
  }

  #ours(table: string, {after}: LoggedRow, out: StreamEvent[]): void {
    if (after?.['migration'] !== this.#short) return;
    if (table === TAG_TABLE) out.push({type: 'ours'});
    const content = after['content'];
    if (table === MARK_TABLE && typeof content === 'string') out.push({type: 'mark', content});
  }
}

const ROWS: ReadonlyMap<number, RowsKind> = new Map([
  [EVENT.insert1, 'insert'],
  [EVENT.insert2, 'insert'],
  [EVENT.update1, 'update'],
  [EVENT.update2, 'update'],
  [EVENT.delete1, 'delete'],
  [EVENT.delete2, 'delete'],
]);

const readQuery = (body: Bytes): {readonly schema: string; readonly text: string} => {
  body.skip(8); // session, duration
  const schemaBytes = body.uint(1);
  body.skip(2); // error
  body.skip(body.uint(2)); // settings of the session
  const schema = body.take(schemaBytes).toString('utf8');
  body.skip(1);
  return {schema, text: body.rest().toString('utf8')};
};

const toChange = (table: Table, {written}: KnownTable, {before, after}: LoggedRow): Change => {
  const oldKey = before && keyOf(table, before);
  if (!after) return {kind: 'delete', table: table.name, key: oldKey ?? []};
  const key = keyOf(table, after);
  const row = written(after);
  if (!oldKey) return {kind: 'insert', table: table.name, key, row};
  return oldKey.some((value, i) => value !== key[i])
    ? {kind: 'update', table: table.name, key, oldKey, row}
    : {kind: 'update', table: table.name, key, row};
};

const keyOf = (table: Table, row: Row): Key =>
  table.key.map((name) => {
    const value = row[name];
    if (value === undefined)
      throw refused('CF-SCOPE-003', `an event of ${nameOf(table.name)} lacks its key column ${name}`, 'compare the table with the plan');
    return value;
  });

/** All others tell of files, settings and statements whose effects come as rows. */
const refuseUnreadable = (type: number): void => {
  const reason =
    UNREADABLE[type] ??
    (type >= EVENT.mariadbCompressedFirst && type <= EVENT.mariadbCompressedLast ? 'log_bin_compress is ON' : undefined);
  if (reason)
    throw refused(
      'CF-SRC-001',
      `the binary log cannot be followed: ${reason}`,
      'change that setting for every session, then abort and start again',
    );
};

const UNREADABLE: Readonly<Record<number, string>> = {
  [EVENT.beginLoad]: 'LOAD DATA was written as a statement (binlog_format is not ROW)',
  [EVENT.executeLoad]: 'LOAD DATA was written as a statement (binlog_format is not ROW)',
  [EVENT.incident]: 'the server says that it has lost events',
  [EVENT.anonymousGtid]: 'transactions have no GTID (gtid_mode is not ON)',
  [EVENT.partialUpdate]: 'rows are not whole (binlog_row_value_options is PARTIAL_JSON)',
  [EVENT.payload]: 'binlog_transaction_compression is ON',
};

const refused = (code: ErrorCode, message: string, next: string): TerminalError => new TerminalError(message, {code, next});

const lost = (what: string): TerminalError =>
  refused('CF-SRC-004', `the binary log does not hang together: ${what}`, 'check the source for a damaged log, then abort and start again');
