/**
 * GTID sets of MySQL: per origin (a server's UUID, from 8.3 on also with a tag) the numbers of its transactions, with gaps
 * (H-73). The largest number says nothing about those below it, so sets are compared as sets.
 */
import {assert} from './assert.ts';

/** First and last, both in it. */
type Interval = readonly [first: bigint, last: bigint];

/** By origin, `uuid` or `uuid:tag`: ascending, and neither overlapping nor adjacent. */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/;
const INTERVAL = /^([0-9]+)(?:-([0-9]+))?$/;

/** As the server prints it, line breaks and capitals included: `uuid:1-5:7:tag:1-3,uuid:…`. */
export const parseGtidSet = (text: string): GtidSet => {
  const found = new Map<string, Interval[]>();
  for (const part of text.toLowerCase().replaceAll(/\s/g, '').split(',')) {
    if (part === '') continue;
    const [uuid = '', ...rest] = part.split(':');
    assert(UUID.test(uuid) && rest.length > 0, `a GTID set: ${text}`);
    let origin = uuid;
    for (const word of rest) {
      if (TAG.test(word)) origin = `${uuid}:${word}`;
      else found.set(origin, [...(found.get(origin) ?? []), interval(word)]);
    }
  }
  return new Map([...found].map(([origin, intervals]) => [origin, merged(intervals)]));
};

/** One text for one set: what the server prints, without its line breaks. */
export const printGtidSet = (set: GtidSet): string => {
  const servers = new Map<string, string[]>();
  for (const origin of [...set.keys()].sort()) {
    const [uuid = '', tag] = origin.split(':');
    const words = (set.get(origin) ?? []).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    servers.set(uuid, [...(servers.get(uuid) ?? []), ...(tag === undefined ? [] : [tag]), ...words]);
  }
  return [...servers].map(([uuid, words]) => [uuid, ...words].join(':')).join(',');
};

/** Whether everything of `part` is in `whole`. */
export const containsSet = (whole: GtidSet, part: GtidSet): boolean =>
  [...part].every(([origin, intervals]) =>
    intervals.every((one) => (whole.get(origin) ?? []).some((other) => other[0] <= one[0] && one[1] <= other[1])),
  );

export const unionOf = (a: GtidSet, b: GtidSet): GtidSet =>
  new Map([...new Set([...a.keys(), ...b.keys()])].map((origin) => [origin, merged([...(a.get(origin) ?? []), ...(b.get(origin) ?? [])])]));

/** What is in `whole` and not in `part`. */
export const subtract = (whole: GtidSet, part: GtidSet): GtidSet =>
  new Map(
    [...whole]
      .map(([origin, intervals]) => [origin, (part.get(origin) ?? []).reduce(without, intervals)] as const)
      .filter(([, intervals]) => intervals.length > 0),
  );

/** Whether there are transactions with tags in it. */
export const hasTags = (set: GtidSet): boolean => [...set.keys()].some((origin) => origin.includes(':'));

/** What of the same origin comes before this one transaction. */
export const before = (gtid: GtidSet): GtidSet =>
  new Map([...gtid].flatMap(([origin, [first]]) => (first && first[0] > 1n ? [[origin, [[1n, first[0] - 1n]]]] : [])));

const interval = (word: string): Interval => {
  const [, first = '', last = first] = INTERVAL.exec(word) ?? [];
  assert(first !== '' && BigInt(first) > 0n && BigInt(first) <= BigInt(last), `an interval of a GTID set: ${word}`);
  return [BigInt(first), BigInt(last)];
};

const merged = (intervals: readonly Interval[]): readonly Interval[] => {
  const done: [bigint, bigint][] = [];
  for (const [first, last] of [...intervals].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const before = done.at(-1);
    if (!before || first > before[1] + 1n) done.push([first, last]);
    else if (last > before[1]) before[1] = last;
  }
  return done;
};

const without = (intervals: readonly Interval[], [first, last]: Interval): readonly Interval[] =>
  intervals.flatMap(([from, to]): Interval[] => {
    if (to < first || last < from) return [[from, to]];
    return [...(from < first ? [[from, first - 1n] as const] : []), ...(last < to ? [[last + 1n, to] as const] : [])];
  });
