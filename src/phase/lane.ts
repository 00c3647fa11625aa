/** How work that can wait is done piece by piece: a pause is taken and the throttle is asked before each, and nothing is held meanwhile. */
import type {Work} from '../throttle/throttle.ts';
import type {PhaseContext} from './phase.ts';

/** Does the pieces of one worker, one after the other. */
export type Lane = <T>(piece: () => Promise<T>) => Promise<T>;

type LaneContext = Pick<PhaseContext, 'throttle' | 'clock' | 'pausable'> & {readonly signal: AbortSignal};

/** `where` is said of a pause that is taken here. `stop`: another worker has failed, so nobody waits any longer. */
export const lane = ({throttle, clock, pausable, ...context}: LaneContext, work: Work, where: string, stop?: AbortSignal): Lane => {
  const signal = stop ? AbortSignal.any([context.signal, stop]) : context.signal;
  let lastMs = 0;
  return async (piece) => {
    await pausable(where, throttle.rest(work, lastMs, clock, signal));
    signal.throwIfAborted();
    const began = clock.monotonicMs();
    try {
      return await piece();
    } finally {
      lastMs = clock.monotonicMs() - began;
    }
  };
};
