import {setTimeout as sleep} from 'node:timers/promises';

const POLL_MS = 25;
/** Where asking takes a process, or reads a whole journal: on two cores it is what is waited for that has to come on. */
export const DEAR_POLL_MS = 200;
/** Far above what any of it takes: reached only when it never comes, on a machine that is slow as well. */
export const UNTIL_MS_MAX = 150_000;

/** Waits for a fact, by asking for it again and again; what is not undefined is the answer. */
export async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, pollMs = POLL_MS): Promise<T> {
  const giveUpAt = performance.now() + UNTIL_MS_MAX;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
    await sleep(pollMs);
  }
}

/** The same for a claim that becomes true. */
export const untilTrue = (what: string, ask: () => Promise<boolean> | boolean, pollMs = POLL_MS): Promise<true> =>
  until(what, async () => ((await ask()) ? true : undefined), pollMs);
