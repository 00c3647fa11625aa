/** The world as it is: the effects of every run that is not a test. */
import {randomUUID} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import type {Effects} from '../model/effects.ts';

export const systemEffects: Effects = {
  point: () => {},
  randomId: () => randomUUID(),
  clock: {
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    sleep: async (ms, signal) => {
      try {
        await delay(ms, undefined, signal === undefined ? {} : {signal});
      } catch (error) {
        // Being woken early is an answer; anything else is not.
        if (signal?.aborted !== true) throw error;
      }
    },
  },
};

/**
 * The module named by CROSSFADE_EFFECTS wraps them: how crash sweeps record and kill at any point of the real program.
 * It default-exports a function from effects to effects.
 */
export const effectsOf = async (environment: NodeJS.ProcessEnv): Promise<Effects> => {
  const wrapper = environment['CROSSFADE_EFFECTS'];
  if (!wrapper) return systemEffects;
  const {default: wrap} = (await import(wrapper)) as {default: (effects: Effects) => Effects};
  return wrap(systemEffects);
};
