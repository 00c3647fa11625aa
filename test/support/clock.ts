/** A clock that stands still until a test moves it; sleepers wake in the order of their times. */
import type {Clock} from '../../src/model/effects.ts';

export type FakeClock = Clock & {
  /** Moves the time and wakes everybody whose sleep is over; returns when they have had a turn. */
  advance(ms: number): Promise<void>;
  /** How many sleep now: what a test waits for before it moves the clock. */
  sleepers(): number;
};

type Sleeper = {readonly atMs: number; readonly wake: () => void};

export function fakeClock(start = '2026-01-01T00:00:00.000Z'): FakeClock {
  const startMs = Date.parse(start);
  const sleepers = new Set<Sleeper>();
  let elapsedMs = 0;
  return {
    now: () => new Date(startMs + elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) => sleepUntil(sleepers, elapsedMs + ms, signal),
    sleepers: () => sleepers.size,
    async advance(ms) {
      const endMs = elapsedMs + ms;
      for (let next = first(sleepers); next && next.atMs <= endMs; next = first(sleepers)) {
        elapsedMs = Math.max(elapsedMs, next.atMs);
        next.wake();
        await turn();
      }
      elapsedMs = endMs;
    },
  };
}

function sleepUntil(sleepers: Set<Sleeper>, atMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      sleepers.delete(sleeper);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const sleeper = {atMs, wake};
    sleepers.add(sleeper);
    signal?.addEventListener('abort', wake, {once: true});
  });
}

const first = (sleepers: ReadonlySet<Sleeper>): Sleeper | undefined => [...sleepers].sort((a, b) => a.atMs - b.atMs)[0];

/** Lets what was woken run, and what that wakes. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
