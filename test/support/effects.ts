/** Effects for tests: they record every point that is passed, and fail where a test says so. */
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Clock, EffectKind, Effects} from '../../src/model/effects.ts';
import {fakeClock} from './clock.ts';

export type Point = {readonly kind: EffectKind; readonly label: string};
export type RecordedEffects = Effects & {readonly points: readonly Point[]};

/** The clock stands still unless the test gives one; identifiers count up. */
export function recordingEffects(
  options: {readonly clock?: Clock; readonly point?: (point: Point) => Promise<void> | void} = {},
): RecordedEffects {
  const points: Point[] = [];
  let ids = 0;
  return {
    points,
    clock: options.clock ?? fakeClock(),
    randomId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    point(kind, label) {
      points.push({kind, label});
      return options.point?.({kind, label});
    },
  };
}

/** Throws at the `times`-th point of that kind (whose label contains `label`), and never again. */
export function failingEffects(at: {
  readonly kind: EffectKind;
  readonly label?: string;
  readonly times?: number;
  readonly error?: Error;
  readonly clock?: Clock;
}): RecordedEffects {
  let left = at.times ?? 1;
  const point = ({kind, label}: Point): void => {
    if (kind !== at.kind || !label.includes(at.label ?? '')) return;
    left -= 1;
    if (left === 0) throw at.error ?? new Error(`failed at ${kind} ${label}, as the test asked`);
  };
  return recordingEffects({point, ...(at.clock ? {clock: at.clock} : {})});
}

/** For tests against real servers: real time and chance, and every point recorded. */
export const realEffects = (point?: (point: Point) => Promise<void> | void): RecordedEffects => ({
  ...recordingEffects({clock: realClock, ...(point ? {point} : {})}),
  randomId: () => randomUUID(),
});

export const realClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal ? {signal} : {}).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  },
};
