import type {Clock} from './effects.ts';

/** What `work` answers, or `late` after that time. Work that is late goes on, and what comes of it is nobody's any more. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | 'late'> {
  const done = new AbortController();
  work.catch(() => undefined); // raced below; after the limit nobody waits for it
  try {
    return await Promise.race([work, clock.sleep(ms, done.signal).then(() => 'late' as const)]);
  } finally {
    done.abort();
  }
}
