/** How long the run may stand still: what the server that serves keeps of its log meanwhile, and for how long it can. */
import type {Source} from '../engine/engine.ts';
import type {KeptLog, OwnRules} from '../engine/kept-log.ts';
import {bytes, duration} from '../model/amounts.ts';
import {directionFrom, type Side} from '../model/side.ts';

/** Of the side that serves; undefined when no stream is there, or its server does not tell. */
export const keptLogOf = (source: Pick<Source, 'keptLog'>, open: Side): Promise<KeptLog | undefined> =>
  source.keptLog?.(directionFrom(open)) ?? Promise.resolve(undefined);

/** Estimates carry `~`: tomorrow's load may be another. */
export function keptLogWords(
  side: Side,
  {keptBytes, leftBytes, bytesPerSecond, ownRules}: Pick<KeptLog, 'keptBytes' | 'leftBytes' | 'bytesPerSecond' | 'ownRules'>,
): string {
  if (ownRules) return ownWords(side, keptBytes, leftBytes, ownRules);
  const grows = bytesPerSecond === undefined ? '' : `, growing by ~${bytes(bytesPerSecond * 86_400)} a day`;
  const kept = `the ${side} keeps its log for this run: ${bytes(keptBytes)} so far${grows}`;
  if (leftBytes === undefined) return `${kept}; nothing limits it but the disk (max_slot_wal_keep_size is -1)`;
  const left = holdsMs({leftBytes, bytesPerSecond});
  return `${kept}; ${bytes(leftBytes)} more${left === undefined ? '' : ` (~${duration(left)})`} and the server gives the stream up: CF-SRC-004`;
}

/** Nothing is kept for this run alone: it has to be back in time. */
const ownWords = (side: Side, keptBytes: number, leftBytes: number | undefined, {leftMs, byAge, bySize}: OwnRules): string => {
  const limits = [
    ...(leftMs === undefined ? [] : [`for ~${duration(leftMs)} more (${byAge})`]),
    ...(leftBytes === undefined ? [] : [`for ${bytes(leftBytes)} more (${bySize})`]),
  ];
  const kept = `the ${side} keeps its log by its own rules, ${bytes(keptBytes)} since this run's place`;
  return limits.length ? `${kept}: ${limits.join(', and ')}, then CF-SRC-004` : `${kept}: until somebody purges it (${byAge} is 0)`;
};

/** Undefined when nobody can say. */
export const holdsMs = ({
  leftBytes,
  bytesPerSecond,
  ownRules,
}: Pick<KeptLog, 'leftBytes' | 'bytesPerSecond' | 'ownRules'>): number | undefined =>
  ownRules || leftBytes === undefined || !bytesPerSecond ? ownRules?.leftMs : Math.floor((leftBytes / bytesPerSecond) * 1000);
