/**
 * A recording as load: its transactions in their order, with their own boundaries and pace, on whichever side takes the writes, and
 * from the beginning again when it is over. What a hold has kept back is made up for as fast as the side takes it.
 */
import type {Replaying, ReplayClient, ReplayedChange, Ties, Written} from '../engine/engine.ts';
import type {Change} from '../model/change.ts';
import type {Clock} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {LoadAccount, RehearsalLoad} from './load.ts';
import type {Recording, TimedTransaction} from './recording.ts';
import {ReplayLedger} from './replay-ledger.ts';
import {rewindOf} from './rewind.ts';

export type ReplayRequest = {
  readonly sides: Readonly<Record<Side, Replaying>>;
  readonly recording: Recording;
  /** Alike on both sides; changes of others are left out. */
  readonly tables: readonly Table[];
  readonly ties: Ties;
  readonly clock: Clock;
};

/** Between two tries of a transaction that no side takes. */
const AGAIN_MS = 20;
const WRITES_ENOUGH = 25;
const PATIENCE_MS = 120_000;

export class Replay implements RehearsalLoad {
  readonly #request: ReplayRequest;
  readonly #over = new AbortController();
  readonly #ledger: ReplayLedger;
  readonly #transactions: readonly {readonly atMs: number; readonly changes: readonly ReplayedChange[]}[];
  /** Before each round. */
  readonly #rewind: readonly ReplayedChange[];
  readonly #tally = {acknowledged: 0, refused: 0, unknown: 0, longestWaitMs: 0};
  readonly #did = {rounds: 0, absent: 0, behindMs: 0};
  readonly #taken: Record<Side, number> = {source: 0, target: 0};
  #side: Side = 'source';
  #lastedMs = 0;

  constructor(request: ReplayRequest) {
    this.#request = request;
    this.#ledger = new ReplayLedger(request.ties);
    const tables = new Map(request.tables.map((table) => [nameOf(table.name), table]));
    this.#transactions = request.recording.transactions
      .map(({atMs, changes}: TimedTransaction) => ({atMs, changes: changes.flatMap((change) => replayed(change, tables) ?? [])}))
      .filter(({changes}) => changes.length > 0);
    this.#rewind = rewindOf(this.#transactions.flatMap(({changes}) => changes));
  }

  taken(side: Side): number {
    return this.#taken[side];
  }

  get hasRows(): boolean {
    return this.#transactions.length > 0;
  }

  /** So few are enough where a recording has no more. */
  get enough(): number {
    return Math.min(WRITES_ENOUGH, this.#transactions.length);
  }

  /** A source that writes rarely is waited for. */
  get patienceMs(): number {
    return PATIENCE_MS + this.#roundMs;
  }

  get #roundMs(): number {
    return Math.max(this.#request.recording.head.lastedMs, this.#transactions.at(-1)?.atMs ?? 0);
  }

  async during<T>(act: () => Promise<T>): Promise<T> {
    const {clock} = this.#request;
    const beganMs = clock.monotonicMs();
    const playing = this.hasRows ? this.#play() : Promise.resolve();
    playing.catch(() => undefined); // told below
    try {
      return await act();
    } finally {
      this.#over.abort();
      await playing;
      this.#lastedMs = clock.monotonicMs() - beganMs;
    }
  }

  async #play(): Promise<void> {
    const {clock, sides} = this.#request;
    const clients = {source: await sides.source.client(), target: await sides.target.client()};
    const beganMs = clock.monotonicMs();
    const {signal} = this.#over;
    try {
      for (; !signal.aborted; this.#did.rounds++) {
        for (const change of this.#rewind) await this.#write([change], clients, false);
        for (const {atMs, changes} of this.#transactions) {
          const dueMs = beganMs + this.#did.rounds * this.#roundMs + atMs;
          if (dueMs > clock.monotonicMs()) await clock.sleep(dueMs - clock.monotonicMs(), signal);
          if (signal.aborted) return;
          this.#did.behindMs = Math.max(this.#did.behindMs, Math.round(clock.monotonicMs() - dueMs));
          await this.#write(changes, clients, true);
        }
      }
    } finally {
      await Promise.all([clients.source.close(), clients.target.close()]);
    }
  }

  /** `counts`: as one of the recording. */
  async #write(changes: readonly ReplayedChange[], clients: Readonly<Record<Side, ReplayClient>>, counts: boolean): Promise<void> {
    const {clock} = this.#request;
    const beganMs = clock.monotonicMs();
    for (;;) {
      const side = this.#side;
      const {written, rows} = await clients[side].replay(changes);
      if (written === 'closed') {
        if (this.#over.signal.aborted) return;
        this.#side = side === 'source' ? 'target' : 'source';
        await clock.sleep(AGAIN_MS);
        continue;
      }
      if (counts) this.#count(changes, written, rows, side, clock.monotonicMs() - beganMs);
      // A session that is ended just now cannot look, and then nothing is known of these rows.
      if (written === 'done') await this.#ledger.note(changes, rows, clients[side]).catch(() => this.#ledger.doubt(changes));
      if (written === 'unknown') this.#ledger.doubt(changes);
      return;
    }
  }

  #count(
    changes: readonly ReplayedChange[],
    written: Exclude<Written, 'closed'>,
    rows: readonly number[],
    side: Side,
    waitedMs: number,
  ): void {
    this.#tally.longestWaitMs = Math.max(this.#tally.longestWaitMs, waitedMs);
    this.#tally[TALLIED[written]] += 1;
    if (written !== 'done') return;
    this.#taken[side] += 1;
    this.#did.absent += changes.filter(({kind}, i) => kind !== 'insert' && rows[i] === 0).length;
  }

  async account(): Promise<LoadAccount> {
    const {head} = this.#request.recording;
    const client = await this.#request.sides[this.#side].client();
    try {
      const lost = await this.#ledger.lost(client);
      const transactions = this.#tally.acknowledged + this.#tally.refused + this.#tally.unknown;
      return {
        rate: this.#roundMs > 0 ? (this.#transactions.length * 1000) / this.#roundMs : 0,
        measured: null,
        reached: this.#lastedMs > 0 ? (this.#tally.acknowledged * 1000) / this.#lastedMs : 0,
        rows: this.#ledger.rows,
        ...this.#tally,
        lost,
        replayed: {recordedAt: head.recordedAt, recordedMs: head.lastedMs, transactions, ...this.#did},
      };
    } finally {
      await client.close();
    }
  }
}

const TALLIED = {done: 'acknowledged', refused: 'refused', unknown: 'unknown'} as const;

function replayed(change: Change, tables: ReadonlyMap<string, Table>): ReplayedChange | undefined {
  const table = 'table' in change ? tables.get(nameOf(change.table)) : undefined;
  if (!table || change.kind === 'truncate' || change.kind === 'reread') return undefined;
  if (change.kind === 'insert') return {kind: 'insert', table, row: change.row};
  if (change.kind === 'delete') return {kind: 'delete', table, key: change.key};
  return {kind: 'update', table, key: change.oldKey ?? change.key, row: change.row};
}
