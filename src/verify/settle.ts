/** Decides about single keys: equal, different, or changing faster than they can be compared. */
import type {Key} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {isExplained, type Pass, readBoth} from './read-both.ts';
import {differingKeys, type Found} from './row-differences.ts';

export type Settled = {readonly found: readonly Found[]; readonly uncompared: readonly Key[]};

/** A hot key needs a quiet moment of one read; each round is a new chance. */
export const ROUNDS_MAX = 20;
/** A row that had no such moment by then is given one: its writers wait while it is read on both sides. */
const ROUNDS_FREE = 10;
/** Each round holds up nobody for longer than a lag, and only the writers of so many rows. */
const KEYS_HELD_MAX = 50;
/** Keys per statement. */
export const KEYS_PER_READ = 1_000;

/**
 * Reads the keys themselves on both sides, never their ranges: the two servers may order texts differently, so a range
 * can hold other rows there. A difference that no event explains is one at once; one that an event explains proves
 * nothing and is looked at again.
 */
export const settle = async (pass: Pass, table: Table, keys: readonly Key[]): Promise<Settled> => {
  const found: Found[] = [];
  let open = keys;
  for (let round = 0; open.length && round < ROUNDS_MAX; round++) {
    const again: Key[] = [];
    const mayHold = round >= ROUNDS_FREE && open.length <= KEYS_HELD_MAX;
    for (const part of parts(open)) {
      const both = await (mayHold ? readHeld(pass, table, part) : readKeys(pass, table, part));
      for (const one of differingKeys(both.from.rows, both.to.rows)) {
        if (isExplained(pass, table, one.key, both)) again.push(one.key);
        else found.push(one);
      }
    }
    open = again;
  }
  return {found, uncompared: open};
};

const readKeys = (pass: Pass, table: Table, keys: readonly Key[]) =>
  readBoth(pass, (compare, applied) => compare.rowDigests(table, keys, applied));

/** What decides is still what the stream has seen, so a hold that broke costs a round and nothing else. */
const readHeld = async (pass: Pass, table: Table, keys: readonly Key[]) => {
  const look = () => readKeys(pass, table, keys);
  return (await pass.request.from.compare.holding?.(table, keys, look)) ?? look();
};

const parts = (keys: readonly Key[]): Key[][] =>
  Array.from({length: Math.ceil(keys.length / KEYS_PER_READ)}, (_, i) => keys.slice(i * KEYS_PER_READ, (i + 1) * KEYS_PER_READ));
