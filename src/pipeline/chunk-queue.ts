/**
 * The chunks that nobody has begun yet, in their order. An operator may ask for another size in the middle of a copy: then
 * they are cut anew before the next one is taken, and those that are under way or done stay as they are.
 */
import type {Chunk, Database, KeyRange} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';

/** As `wanted` now says; `undefined` while the planned size counts. */
export type Recut = {
  readonly wanted: () => number | undefined;
  /** Answers the chunks that take the place of these. */
  readonly cut: (open: readonly Chunk[], bytes: number) => Promise<readonly Chunk[]>;
};

export class ChunkQueue {
  #open: readonly Chunk[];
  #bytes: number | undefined;
  #taken = 0;
  readonly #underWay = new Set<Chunk>();
  #turn: Promise<void> = Promise.resolve();
  readonly #recut: Recut | undefined;

  constructor(chunks: readonly Chunk[], recut?: Recut) {
    this.#open = chunks.filter(({done}) => !done);
    this.#recut = recut;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** Of this copy: begun, done or still to come. */
  get total(): number {
    return this.#taken + this.#open.length;
  }

  /** Of that table: open or under way. */
  leftOf({schema, name}: TableName): number {
    return [...this.#open, ...this.#underWay].filter(({table}) => table.name === name && table.schema === schema).length;
  }

  done(chunk: Chunk): void {
    this.#underWay.delete(chunk);
  }

  /** One at a time, so that nobody takes a chunk that is being replaced. */
  async next(): Promise<Chunk | undefined> {
    this.#turn = this.#turn.then(() => this.#cutAnew());
    await this.#turn;
    const [first, ...others] = this.#open;
    if (first === undefined) return undefined;
    this.#open = others;
    this.#taken++;
    this.#underWay.add(first);
    return first;
  }

  async #cutAnew(): Promise<void> {
    const bytes = this.#recut?.wanted();
    if (bytes === undefined || bytes === this.#bytes || this.isEmpty || !this.#recut) return;
    this.#open = await this.#recut.cut(this.#open, bytes);
    this.#bytes = bytes;
  }
}

type Recutting = {
  readonly from: Database;
  readonly to: Database;
  /** The sending side's table for one of the receiving side's. */
  readonly reads: (name: TableName) => Table;
  readonly epoch: number;
};

/** The same rows in ranges of another size. Killed in between, the next run finds either the old ones or the new ones. */
export const cutAnew = async ({from, to, reads, epoch}: Recutting, open: readonly Chunk[], bytes: number): Promise<readonly Chunk[]> => {
  const ranges: {readonly table: TableName; readonly range: KeyRange}[] = [];
  for (const {table, range} of spansOf(open))
    for (const part of await from.source.planRanges(reads(table), bytes, range)) ranges.push({table, range: part});
  const isSame = ranges.length === open.length && ranges.every(({range}) => open.some((chunk) => sameRange(chunk.range, range)));
  return isSame
    ? open
    : to.target.recutChunks(
        open.map(({id}) => id),
        ranges,
        epoch,
      );
};

type Span = {readonly table: TableName; readonly range: KeyRange};

/** Neighbours as one: where a range ends, the next one of its table begins. */
export const spansOf = (chunks: readonly Chunk[]): readonly Span[] => {
  const byBegin = new Map(chunks.map((chunk) => [beginOf(chunk), chunk]));
  const inside = new Set(chunks.flatMap(({table, range: {to}}) => (to ? [`${nameOf(table)} ${JSON.stringify(to)}`] : [])));
  const firsts = chunks.filter((chunk) => !inside.has(beginOf(chunk)));
  const spans = firsts.map((first) => {
    let last = first;
    for (
      let next: Chunk | undefined = first;
      next;
      next = next.range.to && byBegin.get(`${nameOf(next.table)} ${JSON.stringify(next.range.to)}`)
    )
      last = next;
    return {table: first.table, range: {after: first.range.after, to: last.range.to}};
  });
  assert(spans.length > 0 || chunks.length === 0, 'ranges of a table do not run in a circle');
  return spans;
};

const beginOf = ({table, range: {after}}: Chunk): string => `${nameOf(table)} ${after ? JSON.stringify(after) : 'from the start'}`;
const sameRange = (a: KeyRange, b: KeyRange): boolean => JSON.stringify([a.after, a.to]) === JSON.stringify([b.after, b.to]);
