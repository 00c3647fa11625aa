/** One side as the guardian looks at it: the log kept for its stream, its disks, and what the plan says of them. */
import type {Database, Disk} from '../engine/engine.ts';
import {directionFrom, type Direction, type Side} from '../model/side.ts';
import type {Clock} from '../model/effects.ts';
import {type Look, type Outlook, outlooksOf} from './outlook.ts';

/** A minute: longer, and a change of load shows late. */
const LOOKS_MAX = 13;
/** The sizes of all databases are counted file by file. */
const SIZES_EVERY_LOOKS = 6;

export class SideLook {
  readonly side: Side;
  readonly direction: Direction;
  readonly database: Database;
  readonly #clock: Clock;
  /** What the plan gives the server, in bytes. */
  readonly #disk: number | undefined;
  #databaseBytes: number | undefined;
  #looks: Look[] = [];
  #count = 0;

  constructor(database: Database, clock: Clock, disk: number | undefined) {
    this.database = database;
    this.side = database.side;
    this.direction = directionFrom(database.side);
    this.#clock = clock;
    this.#disk = disk;
  }

  get last(): Look | undefined {
    return this.#looks.at(-1);
  }

  outlooks(marginMs: number): readonly Outlook[] {
    return outlooksOf(this.#looks, marginMs);
  }

  async look(): Promise<Look> {
    const kept = await this.database.source.keptLog?.(this.direction);
    const disks = [
      ...((await this.database.storage?.disks()) ?? []),
      ...(await this.#planned(kept && !kept.ownRules ? kept.keptBytes : 0)),
    ];
    const relayed = await this.database.source.relayedLog?.();
    const look = {atMs: this.#clock.monotonicMs(), kept, relayed, disks};
    // Another volume, or one that was enlarged: what was before says nothing about it.
    const before = this.last?.disks.map(({totalBytes}) => totalBytes).join();
    if (before !== disks.map(({totalBytes}) => totalBytes).join()) this.#looks = [];
    this.#looks = [...this.#looks, look].slice(-LOOKS_MAX);
    return look;
  }

  async #planned(keptBytes: number): Promise<readonly Disk[]> {
    if (this.#disk === undefined || !this.database.storage) return [];
    if (this.#count++ % SIZES_EVERY_LOOKS === 0) this.#databaseBytes = await this.database.storage.databaseBytes();
    const used = (this.#databaseBytes ?? 0) + keptBytes;
    return [{holds: 'data and log', freeBytes: Math.max(0, this.#disk - used), totalBytes: this.#disk}];
  }
}
