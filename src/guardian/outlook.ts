/** How long a server can go on like this: from a few looks at it, oldest first. Pure. */
import type {Disk, KeptLog, RelayedLog} from '../engine/engine.ts';

/** What a look at one side found. */
export type Look = {
  readonly atMs: number;
  readonly kept: KeptLog | undefined;
  /** Absent without a relay, and before there is a stream through it. */
  readonly relayed?: RelayedLog | undefined;
  readonly disks: readonly Disk[];
};

/** One thing that can run out. */
export type Outlook = {
  /** `slot`: the server gives the stream up for its size. `age`: for its age. `disk`: nobody can write there any more. */
  readonly kind: 'slot' | 'age' | 'disk';
  /** `data and log`; of a slot and an age what limits it. */
  readonly what: string;
  /** 0 of an age. */
  readonly leftBytes: number;
  /** 0 of an age. */
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  /** Until nothing is left, at the speed of these looks; undefined while it does not grow. */
  readonly lastsMs: number | undefined;
  /** `soon`: within the margin. `limit`: what is held back for emergencies is being used. `over`: most of that is gone. */
  readonly level: 'well' | 'soon' | 'limit' | 'over';
};

/** What a checkpoint, a log segment or a temporary file takes at once. Of small disks and limits a tenth has to do. */
const RESERVE_BYTES = 256 * 1024 * 1024;
const RESERVE_SHARE = 0.1;
/** What is written between two looks must not reach the limit; but never is most of a disk held back for that. */
const RESERVE_MS = 10_000;
/** For a run to end, and for somebody to set the limit higher. */
const RESERVE_AGE_MS = 5 * 60_000;
const AHEAD_SHARE_MAX = 0.1;

export const outlooksOf = (looks: readonly Look[], marginMs: number): readonly Outlook[] => {
  const last = looks.at(-1);
  if (!last) return [];
  return [
    ...slotOutlook(looks, last, marginMs),
    ...ageOutlook(last.kept?.ownRules, marginMs),
    // One that has all of its time left is well, however short that is.
    ...ageOutlook(last.relayed, Math.min(marginMs, (last.relayed?.wholeMs ?? 0) / 2)),
    ...last.disks.map((disk, at) => diskOutlook(looks, disk, at, marginMs)),
  ];
};

const slotOutlook = (looks: readonly Look[], {kept}: Look, marginMs: number): readonly Outlook[] => {
  if (!kept || (kept.leftBytes === undefined && (!kept.isGivenUp || kept.ownRules))) return [];
  const leftBytes = kept.isGivenUp ? 0 : (kept.leftBytes ?? 0);
  const speed = speedOf(looks, (look) => look.kept?.writtenBytes);
  return [
    outlook(
      'slot',
      kept.ownRules?.bySize ?? 'max_slot_wal_keep_size',
      {leftBytes, totalBytes: leftBytes + kept.keptBytes, speed},
      marginMs,
    ),
  ];
};

/** Time passes at one speed, and what is too old may be gone at once. */
const ageOutlook = (aged: Pick<RelayedLog, 'leftMs' | 'byAge'> | undefined, marginMs: number): readonly Outlook[] => {
  if (aged?.leftMs === undefined) return [];
  const {leftMs, byAge} = aged;
  const level = leftMs === 0 ? 'over' : leftMs <= Math.min(RESERVE_AGE_MS, marginMs / 2) ? 'limit' : leftMs <= marginMs ? 'soon' : 'well';
  return [{kind: 'age', what: byAge, leftBytes: 0, totalBytes: 0, bytesPerSecond: 0, lastsMs: leftMs, level}];
};

const diskOutlook = (looks: readonly Look[], {holds, freeBytes, totalBytes}: Disk, at: number, marginMs: number): Outlook => {
  const speed = speedOf(looks, (look) => {
    const disk = look.disks[at];
    return disk && disk.totalBytes - disk.freeBytes;
  });
  return outlook('disk', holds, {leftBytes: freeBytes, totalBytes, speed}, marginMs);
};

type Amounts = {readonly leftBytes: number; readonly totalBytes: number; readonly speed: number};

const outlook = (kind: Outlook['kind'], what: string, {leftBytes, totalBytes, speed}: Amounts, marginMs: number): Outlook => {
  const lastsMs = speed > 0 ? Math.floor((leftBytes / speed) * 1000) : undefined;
  return {
    kind,
    what,
    leftBytes,
    totalBytes,
    bytesPerSecond: Math.round(speed),
    lastsMs,
    level: levelOf({leftBytes, totalBytes, speed}, lastsMs, marginMs),
  };
};

const levelOf = ({leftBytes, totalBytes, speed}: Amounts, lastsMs: number | undefined, marginMs: number): Outlook['level'] => {
  const reserve = Math.min(RESERVE_BYTES, totalBytes * RESERVE_SHARE);
  if (leftBytes <= reserve / 4) return 'over';
  const ahead = Math.min((speed * RESERVE_MS) / 1000, totalBytes * AHEAD_SHARE_MAX);
  if (leftBytes <= reserve + ahead) return 'limit';
  return lastsMs !== undefined && lastsMs <= marginMs ? 'soon' : 'well';
};

/** Bytes a second, from the oldest look to the newest; 0 while there is one only, or while it shrinks. */
const speedOf = (looks: readonly Look[], amount: (look: Look) => number | undefined): number => {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) return 0;
  const [from, to] = [amount(first), amount(last)];
  return from === undefined || to === undefined ? 0 : Math.max(0, ((to - from) / (last.atMs - first.atMs)) * 1000);
};
