/** Decides about single keys: equal, different, or changing faster than they can be compared. */
import {type Key, keyText} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import {isExplained, isPending, type Pass, readBoth} from './read-both.ts';
import {differingKeys, type Found} from './row-differences.ts';
import type {Rounds} from './verifier.ts';

export type Settled = {readonly found: readonly Found[]; readonly uncompared: readonly Key[]};

/** A hot key needs a quiet moment of one read; each round is a new chance. */
export const ROUNDS_MAX = 20;
/** A row that had no such moment by then is given one: its writers wait while it is read on both sides. */
const ROUNDS_FREE = 10;
const UNTIL_SETTLED: Rounds = {max: ROUNDS_MAX, free: ROUNDS_FREE};
/** Each hold lasts no longer than a lag, and holds up only the writers of so many rows. */
const KEYS_HELD_MAX = 50;
/** Of more rows than this nobody can say that a few of them are busy. */
const BUSY_MAX = 20 * KEYS_HELD_MAX;
/** Keys per statement. */
export const KEYS_PER_READ = 1_000;

/**
 * Reads the keys themselves on both sides, never their ranges: the two servers may order texts differently, so a range
 * can hold other rows there. A difference that no event explains is one at once; one that an event explains proves
 * nothing and is looked at again; so is a row whose newest change the sending side does not show yet. A parked row is
 * known to differ, which is no finding and makes nothing equal.
 */
export const settle = async (pass: Pass, table: Table, keys: readonly Key[], rounds = UNTIL_SETTLED): Promise<Settled> => {
  const found: Found[] = [];
  const parked: Key[] = [];
  let open = keys;
  for (let round = 0; open.length && round < rounds.max; round++) {
    const again: Key[] = [];
    const mayHold = round >= rounds.free && open.length <= BUSY_MAX;
    if (round > 0) pass.effort.retries += open.length;
    if (mayHold) pass.effort.held += open.length;
    for (const part of partsOf(open, mayHold ? KEYS_HELD_MAX : KEYS_PER_READ)) {
      const both = await (mayHold ? readHeld(pass, table, part) : readKeys(pass, table, part));
      const differing = differingKeys(both.from.rows, both.to.rows);
      for (const one of differing) {
        if (pass.memory?.isParked(table.name, one.key)) parked.push(one.key);
        else if (isExplained(pass, table, one.key, both)) again.push(one.key);
        else found.push(one);
      }
      const unequal = new Set(differing.map(({key}) => keyText(key)));
      again.push(...part.filter((key) => !unequal.has(keyText(key)) && isPending(pass, table, key, both.from)));
    }
    open = again;
  }
  return {found, uncompared: [...parked, ...open]};
};

const readKeys = (pass: Pass, table: Table, keys: readonly Key[]) =>
  readBoth(pass, (compare, applied) => compare.rowDigests(table, keys, applied));

/** What decides is still what the stream has seen, so a hold that broke costs a round and nothing else. */
const readHeld = async (pass: Pass, table: Table, keys: readonly Key[]) => {
  const look = () => readKeys(pass, table, keys);
  return (await pass.request.from.compare.holding?.(table, keys, look)) ?? look();
};

/** One statement each. */
export const partsOf = (keys: readonly Key[], size = KEYS_PER_READ): Key[][] =>
  Array.from({length: Math.ceil(keys.length / size)}, (_, i) => keys.slice(i * size, (i + 1) * size));
