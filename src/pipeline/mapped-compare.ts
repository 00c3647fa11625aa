/**
 * Both sides of a comparison as if they had the same tables: those that the mappings write. Where every value keeps its
 * text the servers go on hashing their own columns, paired in order; where both can make one text of their values, they
 * hash that, and it decides that rows are equal, never that they differ. What is left is read from both sides, taken through
 * the same mapping as the stream, and hashed here. Keys are those of the receiving side.
 */
import {hash} from 'node:crypto';
import type {Bracket, Compare, Digest, KeyRange, Source} from '../engine/engine.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import {assert} from '../model/assert.ts';
import {type Key, keyText, type Row} from '../model/change.ts';
import {hashesByKey, type RowHashes} from '../model/row-hashes.ts';
import type {TextForms} from '../model/text-form.ts';
import {nameOf, type Table} from '../model/table.ts';

type Compared = {readonly compare: Compare; readonly source: Pick<Source, 'planRanges' | 'currentPosition'>};

export const comparedThrough = (
  mappings: readonly TableMapping[],
  from: Compared,
  to: Compared,
): {readonly from: Compared; readonly to: Compared} => {
  const find = finder(mappings);
  return {from: mappedSide(from, (table) => sending(find(table))), to: mappedSide(to, (table) => receiving(find(table)))};
};

/** Rows of a range that are read at once must fit into memory. */
const RANGE_BYTES_MAX = 8 * 1024 ** 2;

/** One side's own table, and what its rows are in the eyes of the comparison. */
type View = {
  readonly table: Table;
  readonly key: readonly string[];
  readonly isPlain: boolean;
  readonly alike: TextForms | undefined;
  row(row: Row): Row;
  keyHere(key: Key): Key;
  keyThere(key: Key): Key;
};

const sending = ({reads, writes, isPlain, alike, row, keyThere, keyBack}: TableMapping): View => ({
  table: reads,
  key: writes.key,
  isPlain,
  alike,
  row,
  keyHere: keyBack,
  keyThere,
});
const receiving = ({writes, isPlain, alike, received}: TableMapping): View => ({
  table: writes,
  key: writes.key,
  isPlain,
  alike,
  row: received,
  keyHere: (key) => key,
  keyThere: (key) => key,
});

/** The servers tell nearly all rows that are equal. */
const isServed = ({alike}: View): boolean => alike !== undefined && !alike.isLoose;

type Where = KeyRange | readonly Key[];
const isKeys = (where: Where): where is readonly Key[] => Array.isArray(where);

const rangeOf = ({after, to}: KeyRange, change: (key: Key) => Key): KeyRange => ({after: after && change(after), to: to && change(to)});
const here = (view: View, where: Where): Where => (isKeys(where) ? where.map(view.keyHere) : rangeOf(where, view.keyHere));

const finder = (mappings: readonly TableMapping[]): ((table: Table) => TableMapping) => {
  const known = new Map(mappings.map((mapping) => [nameOf(mapping.to.name), mapping]));
  return ({name}) => {
    const mapping = known.get(nameOf(name));
    if (!mapping) throw new Error(`${nameOf(name)} is not a mapped table`);
    return mapping;
  };
};

const mappedSide = ({compare, source}: Compared, viewOf: (table: Table) => View): Compared => ({
  compare: mappedCompare(compare, viewOf),
  source: {
    planRanges: async (table, bytes) => {
      const view = viewOf(table);
      const ranges = await source.planRanges(view.table, view.isPlain || isServed(view) ? bytes : Math.min(bytes, RANGE_BYTES_MAX));
      return ranges.map((range) => rangeOf(range, view.keyThere));
    },
    currentPosition: () => source.currentPosition(),
  },
});

const mappedCompare = (compare: Compare, viewOf: (table: Table) => View): Compare => ({
  count: (table) => compare.count(viewOf(table).table),
  counts: (tables) => compare.counts(tables.map((table) => viewOf(table).table)),
  read: async (table, where, applied) => {
    const view = viewOf(table);
    const {rows, bracket} = await compare.read(view.table, here(view, where), applied);
    return {rows: rows.map((row) => view.row(row)), bracket};
  },
  digests: async (table, ranges, applied) => {
    const view = viewOf(table);
    const there = ranges.map((range) => rangeOf(range, view.keyHere));
    if (view.isPlain || view.alike) return compare.digests(view.table, there, applied, view.alike?.forms);
    const [digests, brackets]: [Digest[], Bracket[]] = [[], []];
    for (const range of there) {
      const {rows, bracket} = await compare.read(view.table, range, applied); // each must fit into memory, not all of them
      digests.push(digestOf(rows.map((row) => view.row(row))));
      brackets.push(bracket);
    }
    return {digests, bracket: aroundAll(brackets)};
  },
  rowDigests: async (table, where, applied) => {
    const view = viewOf(table);
    if (view.isPlain) return compare.rowDigests(view.table, where, applied);
    if (isServed(view) && !isKeys(where)) {
      const {rows, bracket} = await compare.rowDigests(view.table, rangeOf(where, view.keyHere), applied, view.alike?.forms);
      return {rows: withKeysThere(view, rows), bracket};
    }
    const {rows, bracket} = await compare.read(view.table, here(view, where), applied);
    return {rows: hashedRows(view, rows), bracket};
  },
  rowHashes: async (table, keys) => {
    const view = viewOf(table);
    if (view.isPlain) return compare.rowHashes(view.table, keys);
    return hashedRows(view, await compare.rows(view.table, keys.map(view.keyHere)));
  },
  rows: async (table, keys) => {
    const view = viewOf(table);
    return (await compare.rows(view.table, keys.map(view.keyHere))).map((row) => view.row(row));
  },
  ...(compare.holding && {
    holding: (table, keys, act) => {
      const view = viewOf(table);
      return compare.holding?.(view.table, keys.map(view.keyHere), act) ?? Promise.resolve(undefined);
    },
  }),
  split: async (table, range, rows) => {
    const view = viewOf(table);
    const parts = await compare.split(view.table, rangeOf(range, view.keyHere), rows);
    return parts.map((part) => rangeOf(part, view.keyThere));
  },
  sampleKeys: async (table, rows) => {
    const view = viewOf(table);
    return (await compare.sampleKeys(view.table, rows)).map(view.keyThere);
  },
});

/** Of reads one after another. */
const aroundAll = (brackets: readonly Bracket[]): Bracket => {
  const [first, last] = [brackets[0], brackets.at(-1)];
  assert(first && last, 'at least one range is read');
  return {...first, after: last.after, sees: (transaction) => brackets.every((bracket) => bracket.sees(transaction))};
};

/** Rows of a range whose hashes differ are asked for once more, by their keys. */
const withKeysThere = (view: View, rows: RowHashes): RowHashes =>
  hashesByKey([...rows.values()].map(({key, hash}) => ({key: view.keyThere(key), hash})));

const hashedRows = (view: View, rows: readonly Row[]): RowHashes => {
  const seen = rows.map((row) => view.row(row));
  const names = namesOf(seen);
  return hashesByKey(
    seen.map((row) => ({
      key: view.key.map((name) => row[name] ?? null),
      hash: hash('sha256', textOf(row, names)).slice(0, 32),
    })),
  );
};

/** Columns by name, so that the order in which either side sends them does not matter. All rows of a table have the same. */
const namesOf = ([first = {}]: readonly Row[]): readonly string[] => Object.keys(first).toSorted((a, b) => (a < b ? -1 : 1));

const textOf = (row: Row, names: readonly string[]): string => keyText(names.map((name) => row[name] ?? null));

/** So many sums of 32 bits are exact as numbers. */
const ROWS_PER_SUM = 1 << 20;
const PLACES = [0, 1, 2, 3] as const;

/** Four bytes, the highest first. */
const wordAt = (bytes: string, at: number): number =>
  ((bytes.charCodeAt(at) << 24) | (bytes.charCodeAt(at + 1) << 16) | (bytes.charCodeAt(at + 2) << 8) | bytes.charCodeAt(at + 3)) >>> 0;

/** Sums, not XOR: equal rows must not cancel. */
const digestOf = (rows: readonly Row[]): Digest => {
  const names = namesOf(rows);
  const sums = PLACES.map(() => 0n);
  for (let from = 0; from < rows.length; from += ROWS_PER_SUM) {
    const words = PLACES.map(() => 0);
    for (const row of rows.slice(from, from + ROWS_PER_SUM)) {
      const hashed = hash('sha256', textOf(row, names), 'binary'); // a Buffer takes more than twice the time
      for (const i of PLACES) words[i] = (words[i] ?? 0) + wordAt(hashed, 4 * i);
    }
    words.forEach((word, i) => (sums[i] = (sums[i] ?? 0n) + BigInt(word)));
  }
  return {count: BigInt(rows.length), sums};
};
