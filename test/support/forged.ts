/** Journals that somebody with all hashes at hand has written anew from one entry on: one field of it says something else. */
import {sealEntry} from '../../src/journal/chain.ts';
import type {Entry} from '../../src/journal/journal.ts';

export type Forgery = {readonly seq: number; readonly field: string; readonly entries: readonly Entry[]};

/** One for each value of the entries from `first` to `last`, however deep it stands in its fact. */
export const forgeriesOf = (whole: readonly Entry[], first = 1, last = whole.length): Forgery[] =>
  whole.slice(first - 1, last).flatMap(({seq, at, fact}) =>
    leaves({at, fact}).map((path) => ({
      seq,
      field: path.join('.'),
      entries: forged(whole, seq, changed({at, fact}, path) as Told),
    })),
  );

type Told = Pick<Entry, 'at' | 'fact'>;
type Path = readonly (string | number)[];

const forged = (whole: readonly Entry[], seq: number, told: Told): Entry[] => {
  const all = whole.slice(0, seq - 1);
  for (const entry of whole.slice(seq - 1)) {
    const {at, fact} = entry.seq === seq ? told : entry;
    all.push(sealEntry('m1', all.at(-1), new Date(at), fact));
  }
  return all;
};

const leaves = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key])) : [path];

const changed = (value: unknown, [key, ...rest]: Path): unknown => {
  if (key !== undefined) {
    const copy = structuredClone(value) as Record<string | number, unknown>;
    copy[key] = changed(copy[key], rest);
    return copy;
  }
  if (typeof value === 'string') return /^\d{4}-.*Z$/.test(value) ? new Date(Date.parse(value) + 86_400_000).toISOString() : `${value}x`;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : 'x';
};
