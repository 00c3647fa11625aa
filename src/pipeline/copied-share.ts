/**
 * How much of a copy is done, from 0 to 1: each table counts by the bytes that the server says it has and by its chunks, and
 * the chunks of one table count alike. Numbers of rows would be those of old statistics.
 */
import type {Chunk} from '../engine/engine.ts';
import {nameOf, type TableName} from '../model/table.ts';

/** What a chunk costs beside its bytes, a connection and two commits, as bytes that are copied in that time. */
const CHUNK_COST_BYTES = 512 * 1024;

export class CopiedShare {
  readonly #left = new Map<string, number>();
  readonly #total: number;

  /** `chunks`: all of them; those that are done count as done. */
  constructor(chunks: readonly Chunk[], bytesOf: (table: TableName) => number) {
    let total = 0;
    for (const [name, own] of Map.groupBy(chunks, ({table}) => nameOf(table))) {
      const bytes = (own[0] ? bytesOf(own[0].table) : 0) + own.length * CHUNK_COST_BYTES;
      this.#left.set(name, (bytes * own.filter(({done}) => !done).length) / own.length);
      total += bytes;
    }
    this.#total = total;
  }

  /** One more chunk of that table; `left` are still to come or under way, which are others when they were cut anew. */
  done(table: TableName, left: number): void {
    const name = nameOf(table);
    this.#left.set(name, ((this.#left.get(name) ?? 0) * left) / (left + 1));
  }

  get share(): number {
    let left = 0;
    for (const bytes of this.#left.values()) left += bytes;
    return this.#total === 0 ? 1 : 1 - left / this.#total;
  }
}
