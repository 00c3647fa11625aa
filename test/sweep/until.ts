import {setTimeout as sleep} from 'node:timers/promises';

const POLL_MS = 20;
/** Far above what any of it takes on a machine that is busy as well: whoever reaches it is stuck. */
const UNTIL_MS_MAX = 180_000;

/** Waits for a fact, by asking for it again and again. */
export async function until(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAt = performance.now() + UNTIL_MS_MAX;
  while (!(await ask())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
    await sleep(POLL_MS);
  }
}
