import type {Throttle} from './throttle.ts';

/** Several throttles as one: whoever wants the longest rest gets it. They rest at the same time, not one after the other. */
export const strictest = (...throttles: readonly Throttle[]): Throttle => ({
  rest: async (work, lastMs, clock, signal) =>
    void (await Promise.all(throttles.map((throttle) => throttle.rest(work, lastMs, clock, signal)))),
  parallel: (planned) => throttles.reduce((most, throttle) => throttle.parallel(most), planned),
  chunkBytes: () => throttles.flatMap((throttle) => throttle.chunkBytes?.() ?? []).at(-1),
});
