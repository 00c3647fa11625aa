/**
 * One uninterrupted pass of a link that applies: reads the sending side's stream, folds whole transactions, writes them
 * to the receiving side with their position in one commit, and acknowledges only then (invariants 2 and 3).
 * `running-link.ts` starts a new pass from the stored position when a connection breaks.
 */
import type {Applier, TableKey} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {Change, StreamEvent} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import {nameOf, type TableName} from '../model/table.ts';
import {Delivered} from './delivered.ts';
import type {LinkOptions} from './link-options.ts';
import type {LinkProgress} from './link-progress.ts';
import {bytesOf, isFull} from './row-bytes.ts';
import {lenientTables, MappedChanges} from './mapped-changes.ts';
import {netChanges, type NetChanges} from './net-changes.ts';
import type {ReplayMode} from './replay-form.ts';
import {ReplayWindows} from './replay-windows.ts';
import {serveRereads} from './reread.ts';
import {SetAside} from './set-aside.ts';
import {refuseSchemaChange} from './schema-change.ts';

/** An idle sending side still moves on; its log is released in steps of this many milliseconds. */
const IDLE_COMMIT_MS = 10_000;

export class ApplyPass {
  readonly #options: LinkOptions;
  readonly #progress: LinkProgress;
  readonly #applier: Applier;
  readonly #windows: ReplayWindows;
  readonly #mapped: MappedChanges;
  readonly #net: NetChanges;
  readonly #lenient: ReadonlySet<string>;
  readonly #aside: SetAside;
  #commitSeq: number;
  #position: Position;
  #durable: Position;
  #transaction: {readonly xid: string; readonly commit: Position; readonly isOld: boolean; isOurs: boolean; changes: number} | undefined;
  /** What is held is stored with the next transaction or not at all. */
  #isJoined = false;
  #marks: string[] = [];
  #cleared: TableName[] = [];
  readonly #pendingRereads: TableKey[] = [];
  readonly #delivered = new Delivered();
  #heldBytes = 0;
  #isDirty = false;
  #idleSince: number;

  private constructor(
    options: LinkOptions,
    progress: LinkProgress,
    applier: Applier,
    windows: ReplayWindows,
    start: {readonly position: Position; readonly commitSeq: number},
  ) {
    this.#options = options;
    this.#progress = progress;
    this.#applier = applier;
    this.#windows = windows;
    this.#mapped = new MappedChanges(options.mappings);
    this.#lenient = lenientTables(options.mappings);
    this.#net = netChanges(
      (table) => this.#mode(table),
      options.mappings.map((one) => one.writes),
    );
    this.#commitSeq = start.commitSeq;
    this.#position = this.#durable = start.position;
    this.#idleSince = options.effects.clock.monotonicMs();
    this.#aside = new SetAside(options.effects.clock, options.telemetry);
    progress.parks(this.#aside);
  }

  static async run(options: LinkOptions, progress: LinkProgress, signal: AbortSignal): Promise<void> {
    const {direction, from, to, mappings, epoch} = options;
    const tables = mappings.map((mapping) => mapping.to);
    const start = await to.target.progress(direction);
    assert(start, `the ${direction} position is stored before the link starts`);
    await from.source.probeStream(direction, start.position);
    const stored = await to.target.windows();
    const windows = new ReplayWindows(tables, stored, start.position, options.compare, lenientTables(mappings));
    const applier = await to.target.applier(direction, epoch, tables, {parks: options.parks});
    try {
      const pass = new ApplyPass(options, progress, applier, windows, start);
      if (options.parks) pass.#aside.add(stored.rereads); // which of them are parked is found when they are read
      pass.#report();
      for await (const events of from.source.changes(
        direction,
        start.position,
        mappings.map((mapping) => mapping.from),
        signal,
        (table) => pass.#mode(pass.#mapped.to(table)) === 'window',
      )) {
        progress.flows();
        await pass.#take(events);
        await progress.whilePaused(signal);
      }
    } finally {
      await applier.close();
    }
  }

  #mode(table: TableName): ReplayMode {
    return this.#lenient.has(nameOf(table)) ? 'window' : this.#windows.mode(table);
  }

  async #take(events: readonly StreamEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === 'begin') await this.#begin(event.transaction, event.commit);
      else if (event.type === 'change') await this.#change(event.change);
      else if (event.type === 'commit') this.#commit(event);
      else if (event.type === 'ours') this.#ours();
      else if (event.type === 'mark') this.#marks.push(event.content);
      else if (event.type === 'schema') await refuseSchemaChange(this.#options, event, this.#transaction ?? {commit: this.#position});
      else this.#idle(event.position);
    }
    if (this.#transaction || this.#isJoined) return;
    if (this.#isDirty) await this.#flush();
    await this.#rereads();
  }

  /** A transaction that is stored already is passed over; one that ends a window closes the batch before it (R7, R9). */
  async #begin(xid: string, commit: Position): Promise<void> {
    const isOld = this.#options.compare(commit, this.#position) < 0;
    if (!isOld && !this.#isJoined && this.#windows.wouldChange(commit)) {
      if (this.#isDirty) await this.#flush();
      await this.#rereads();
    }
    if (!isOld && !this.#isJoined) this.#windows.begin(commit);
    this.#transaction = {xid, commit, isOld, isOurs: false, changes: 0};
  }

  async #change(change: Change): Promise<void> {
    const transaction = this.#transaction;
    assert(transaction, 'a change comes inside a transaction');
    if (transaction.isOld || transaction.isOurs) return;
    transaction.changes++;
    const mapped = this.#mapped.of(change);
    if (!mapped) return;
    if (mapped.kind === 'truncate') this.#truncate(mapped.tables);
    this.#progress.touched(mapped, transaction.commit, transaction.xid);
    const aside = this.#aside.met(mapped);
    if (aside.length) return this.#setAside(aside);
    this.#net.add(mapped);
    if (mapped.kind === 'insert' || mapped.kind === 'update') this.#heldBytes += bytesOf(mapped.row);
    if (isFull(this.#net.size, this.#heldBytes)) await this.#write();
  }

  /** Whatever was still to be read again is gone with the rows. */
  #truncate(tables: readonly TableName[]): void {
    this.#cleared.push(...tables);
    this.#windows.clear(tables);
    this.#aside.clear(tables);
  }

  /** Instead of what the stream brings for them. Their tables are in the window again, because a read may be newer than the stream (R7). */
  #setAside(keys: readonly TableKey[]): void {
    this.#aside.add(keys);
    this.#pendingRereads.push(...keys);
    this.#windows.reopen(keys);
  }

  /** Our own writes carry their tag first, so that nothing of them has been applied when it is seen. */
  #ours(): void {
    if (!this.#transaction) return;
    assert(this.#transaction.changes === 0, 'the tag comes before the rows');
    this.#transaction.isOurs = true;
  }

  #commit({end, joins}: Extract<StreamEvent, {readonly type: 'commit'}>): void {
    const transaction = this.#transaction;
    assert(transaction, 'a commit ends a transaction');
    this.#transaction = undefined;
    this.#isJoined = joins === true;
    if (transaction.isOld) {
      this.#marks = [];
      return;
    }
    if (!this.#windows.strict || this.#lenient.size > 0) this.#delivered.add(transaction.xid);
    else this.#delivered.lost(); // no longer all that a re-read would have to see
    this.#position = end;
    this.#isDirty = true;
  }

  #idle(position: Position): void {
    if (this.#transaction || this.#isDirty || this.#options.compare(position, this.#position) <= 0) return;
    const now = this.#options.effects.clock.monotonicMs();
    if (now - this.#idleSince < IDLE_COMMIT_MS) return;
    this.#idleSince = now;
    this.#position = position;
    this.#isDirty = true;
  }

  /** Rows go out; position and list wait for the end of the source's transaction. */
  async #write(): Promise<void> {
    const {tables, rereads, changed} = this.#net.take();
    this.#heldBytes = 0;
    this.#progress.written(changed);
    const {missing, refused} = await this.#applier.write(tables);
    this.#windows.add([...missing, ...rereads]);
    this.#pendingRereads.push(...rereads);
    this.#aside.park(refused);
    this.#windows.reopen(refused);
  }

  async #flush(): Promise<void> {
    const rows = this.#net.size;
    if (rows || this.#cleared.length) await this.#write();
    await this.#applier.commit({
      position: this.#position,
      commitSeq: this.#commitSeq,
      rereadAdd: this.#pendingRereads,
      rereadRemove: [],
      rereadClear: this.#cleared,
      ends: [],
    });
    this.#stored();
    this.#progress.appliedRows(rows);
  }

  #stored(): void {
    this.#commitSeq++;
    this.#isDirty = false;
    this.#cleared = [];
    this.#pendingRereads.length = 0;
    this.#durable = this.#position;
    this.#options.from.source.acknowledge(this.#options.direction, this.#durable);
    this.#report();
  }

  /** Whoever waits for a position or a mark looks at the rows next, so what is still to be read again comes first. */
  #report(): void {
    if (!this.#windows.isBehind) this.#progress.moved(this.#durable, this.#windows.strict);
    if (this.#progress.left(this.#windows.rereads) > 0) return;
    for (const mark of this.#marks) this.#progress.mark(mark, this.#durable);
    this.#marks = [];
  }

  /** The applier stands still at a commit; everything delivered so far is visible to the read (R6). */
  async #rereads(): Promise<void> {
    this.#windows.reopen([...this.#progress.takeAsked(), ...this.#aside.due()]);
    for (const due of this.#windows.due(this.#durable)) {
      const {end, refused} = await serveRereads({
        ...this.#options,
        mapping: this.#mapped.into(due.table.name),
        applier: this.#applier,
        keys: due.keys,
        progress: this.#progress,
        delivered: await this.#delivered.mustSee(() => this.#options.from.source.untilVisible(AbortSignal.any([]))),
        position: this.#durable,
        commitSeq: this.#commitSeq,
      });
      this.#commitSeq++;
      this.#delivered.seen();
      this.#windows.served(due.table.name, due.keys, end);
      this.#aside.settle(due.table.name, due.keys, refused);
      this.#report();
    }
  }
}
