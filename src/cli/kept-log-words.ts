/** How long the run may stand still: what the server that serves keeps of its log meanwhile, and for how long it can. */
import type {Source} from '../engine/engine.ts';
import type {KeptLog} from '../engine/kept-log.ts';
import {bytes, duration} from '../model/amounts.ts';
import type {Side} from '../model/side.ts';

/** Of the side that serves; undefined when no stream is there, or its server does not tell. */
export const keptLogOf = (source: Pick<Source, 'keptLog'>, open: Side): Promise<KeptLog | undefined> =>
  source.keptLog?.(open === 'source' ? 'forward' : 'reverse') ?? Promise.resolve(undefined);

/** Estimates carry `~`: tomorrow's load may be another. */
export function keptLogWords(
  side: Side,
  {keptBytes, leftBytes, bytesPerSecond}: Pick<KeptLog, 'keptBytes' | 'leftBytes' | 'bytesPerSecond'>,
): string {
  const grows = bytesPerSecond === undefined ? '' : `, growing by ~${bytes(bytesPerSecond * 86_400)} a day`;
  const kept = `the ${side} keeps its log for this run: ${bytes(keptBytes)} so far${grows}`;
  if (leftBytes === undefined) return `${kept}; nothing limits it but the disk (max_slot_wal_keep_size is -1)`;
  const left = holdsMs({leftBytes, bytesPerSecond});
  return `${kept}; ${bytes(leftBytes)} more${left === undefined ? '' : ` (~${duration(left)})`} and the server gives the stream up: CF-SRC-004`;
}

/** Undefined when nobody can say. */
export const holdsMs = ({leftBytes, bytesPerSecond}: Pick<KeptLog, 'leftBytes' | 'bytesPerSecond'>): number | undefined =>
  leftBytes === undefined || !bytesPerSecond ? undefined : Math.floor((leftBytes / bytesPerSecond) * 1000);
