/**
 * A load on the clone while the plan goes forward, back and forward again: rows are changed at a rate, by values of their own
 * tables, on whichever side takes the writes. Every answer is noted, so that it can be told afterwards whether a write that
 * was acknowledged is still there.
 */
import type {Ties, Written} from '../engine/engine.ts';
import type {Value} from '../model/change.ts';
import type {Clock} from '../model/effects.ts';
import type {Replayed} from '../model/rehearsal-record.ts';
import type {Side} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import {type LoadRow, loadRows} from './load-rows.ts';
import type {LoadSide, LoadWay} from './load-side.ts';
import type {MeasuredPeak} from './peak.ts';

export type LoadRequest = {
  readonly sides: Readonly<Record<Side, LoadSide>>;
  /** Of the source. */
  readonly tables: readonly Table[];
  readonly ties: Ties;
  readonly rate: LoadRate;
  readonly clock: Clock;
};

/** `perSecond`: writes of all clients together. `measured`: so many times the source's own peak; null when somebody has said a number. */
export type LoadRate = {readonly perSecond: number; readonly measured: (MeasuredPeak & {readonly times: number}) | null};

export type LoadAccount = {
  readonly rate: number;
  readonly measured: LoadRate['measured'];
  /** How many were acknowledged a second, waits and holds included. */
  readonly reached: number;
  /** Without a row that may be changed there is no load. */
  readonly rows: number;
  readonly acknowledged: number;
  /** Constraints that did not take another row's value. */
  readonly refused: number;
  /** Nobody said whether they were done; they may be there or not. */
  readonly unknown: number;
  /** Acknowledged, and not there afterwards. */
  readonly lost: readonly string[];
  /** The longest time from a client's wish to write until it was done. */
  readonly longestWaitMs: number;
  /** Absent where the writes were made up. */
  readonly replayed?: Replayed;
};

/** A load of a rehearsal, wherever its writes come from. */
export interface RehearsalLoad {
  /** How many writes this side has acknowledged so far. */
  taken(side: Side): number;
  /** Without a row that may be changed there is no load, and nothing is waited for. */
  readonly hasRows: boolean;
  /** So many writes have to reach the side that has been opened before the traffic moves on. */
  readonly enough: number;
  /** Within this time. */
  readonly patienceMs: number;
  /** Writes until `act` is over, and until every write that was begun is. */
  during<T>(act: () => Promise<T>): Promise<T>;
  /** Looks at every row that was changed, on the side that serves. */
  account(): Promise<LoadAccount>;
}

const CLIENTS = {least: 4, most: 32};
/** So many writes a second are left to one client. */
const WRITES_PER_CLIENT = 25;
/** Between two tries of a write that no side takes. */
const AGAIN_MS = 20;
/** A column whose checks take no other row's value is left alone. */
const REFUSALS_MAX = 3;

export class Load implements RehearsalLoad {
  readonly enough = 25;
  readonly patienceMs = 120_000;
  readonly #request: LoadRequest;
  readonly #over = new AbortController();
  readonly #tally = {acknowledged: 0, refused: 0, unknown: 0, longestWaitMs: 0};
  #rows: readonly LoadRow[] = [];
  #side: Side = 'source';
  /** Since each of them last began to take writes. */
  readonly #taken: Record<Side, number> = {source: 0, target: 0};
  #clients: Promise<unknown> = Promise.resolve();
  #lastedMs = 0;

  constructor(request: LoadRequest) {
    this.#request = request;
  }

  taken(side: Side): number {
    return this.#taken[side];
  }

  get hasRows(): boolean {
    return this.#rows.length > 0;
  }

  async during<T>(act: () => Promise<T>): Promise<T> {
    await this.#start();
    const beganMs = this.#request.clock.monotonicMs();
    try {
      return await act();
    } finally {
      this.#over.abort();
      await this.#clients;
      this.#lastedMs = this.#request.clock.monotonicMs() - beganMs;
    }
  }

  async #start(): Promise<void> {
    const {sides, tables, ties} = this.#request;
    this.#rows = await loadRows(sides.source.some, tables, ties);
    const count = this.#count;
    this.#clients = Promise.all(Array.from({length: count}, (_, n) => this.#work(this.#rows.filter((_row, i) => i % count === n))));
    this.#clients.catch(() => undefined); // told by `during`
  }

  /** How many clients. */
  get #count(): number {
    return Math.min(CLIENTS.most, Math.max(CLIENTS.least, Math.ceil(this.#request.rate.perSecond / WRITES_PER_CLIENT)));
  }

  async account(): Promise<LoadAccount> {
    const client = await this.#request.sides[this.#side].client();
    const lost: string[] = [];
    try {
      for (const row of this.#rows.filter(({isTouched}) => isTouched))
        if (!row.isAsNoted(await client.read(row.table, row.key), client.asHeld)) lost.push(row.label);
    } finally {
      await client.close();
    }
    const {perSecond: rate, measured} = this.#request.rate;
    const reached = this.#lastedMs > 0 ? (this.#tally.acknowledged * 1000) / this.#lastedMs : 0;
    return {rate, measured, reached, rows: this.#rows.length, ...this.#tally, lost};
  }

  async #work(rows: readonly LoadRow[]): Promise<void> {
    if (rows.length === 0) return;
    const {clock, rate, sides} = this.#request;
    const clients = {source: await sides.source.client(), target: await sides.target.client()};
    const everyMs = (1000 * this.#count) / rate.perSecond;
    try {
      for (let turn = 0; !this.#over.signal.aborted; turn++) {
        const began = clock.monotonicMs();
        const row = rows[turn % rows.length];
        if (row) await this.#change(row, turn, clients);
        const wait = everyMs - (clock.monotonicMs() - began);
        if (wait > 0) await clock.sleep(wait, this.#over.signal);
      }
    } finally {
      await Promise.all([clients.source.close(), clients.target.close()]);
    }
  }

  async #change(row: LoadRow, turn: number, clients: Readonly<Record<Side, LoadWay>>): Promise<void> {
    const {clock} = this.#request;
    const wish = row.wish(turn);
    if (!wish) return;
    const began = clock.monotonicMs();
    for (;;) {
      const side = this.#side;
      const client = clients[side];
      const written = await (wish.kind === 'update'
        ? client.update(row.table, row.key, wish.column, wish.value)
        : client.replace(row.table, row.key, row.whole));
      if (written === 'closed') {
        if (this.#over.signal.aborted) return; // nothing was done, and nobody is to be asked any more
        if (this.#side === side) this.#side = side === 'source' ? 'target' : 'source';
        await clock.sleep(AGAIN_MS);
        continue;
      }
      this.#tally.longestWaitMs = Math.max(this.#tally.longestWaitMs, clock.monotonicMs() - began);
      return this.#note(row, wish, written, side, client);
    }
  }

  async #note(row: LoadRow, wish: Wish, written: Exclude<Written, 'closed'>, side: Side, client: LoadWay): Promise<void> {
    const name = ({done: 'acknowledged', refused: 'refused', unknown: 'unknown'} as const)[written];
    this.#tally[name] += 1;
    if (written === 'done') this.#taken[side] += 1;
    if (wish.kind !== 'update') return written === 'refused' ? row.giveUpReplacing() : row.wasReplaced();
    if (written === 'refused') return row.refuse(wish.column, REFUSALS_MAX);
    row.note(wish.column, wish.value, written === 'done');
    if (written !== 'done' || !row.isNew(wish.column)) return;
    // A trigger that writes another value is no loss; such a column says nothing, nor does one that could not be looked at.
    const found = await client.read(row.table, row.key).catch(() => undefined);
    row.confirm(wish.column, found, client.asHeld);
  }
}

export type Wish = {readonly kind: 'update'; readonly column: string; readonly value: Value} | {readonly kind: 'replace'};
