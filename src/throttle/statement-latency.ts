/**
 * How long statements take on the source: one of the operator's, timed from here, or by the server's own counts what those of
 * other roles took on average since the last look.
 */
import {exactDuration} from '../model/exact-amount.ts';
import {amount, text} from './read-settings.ts';
import type {Gauged, World} from './throttle.ts';

const LIMIT_MS = 30_000;

export const statementLatency: Gauged = (settings, world) => {
  const query = text(settings, 'query', undefined);
  const took = query === undefined ? counted(world) : timed(query, world);
  return {
    max: amount(settings, 'max'),
    async measure(max = 0) {
      const ms = await took();
      if (ms === undefined) return {go: true, words: 'no statement of others has ended since the last look'};
      const go = ms <= max;
      return {
        go,
        words: `statements take ${ms.toFixed(1)}ms ${go ? 'of' : '>'} ${exactDuration(max)} on the source`,
        owner: 'whoever uses the source',
      };
    },
  };
};

const timed =
  (query: string, {ask, clock}: World) =>
  async (): Promise<number> => {
    const began = clock.monotonicMs();
    await ask('source', query, {limitMs: LIMIT_MS, rowsMax: 1});
    return clock.monotonicMs() - began;
  };

/** Undefined when none has ended. Counts that fall were begun anew. */
const counted = ({load}: World) => {
  let before: {readonly count: number; readonly totalMs: number} | undefined;
  return async (): Promise<number | undefined> => {
    const now = await load.source.statements();
    const [count, totalMs] = [now.count - (before?.count ?? now.count), now.totalMs - (before?.totalMs ?? now.totalMs)];
    before = now;
    return count > 0 && totalMs >= 0 ? totalMs / count : undefined;
  };
};
