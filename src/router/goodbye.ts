import {after} from './clock.ts';

/** A server that answers at all answers a goodbye at once. */
const GOODBYE_MS_MAX = 1000;

/** Waits for `end`; where the server does not answer, cuts, so that the socket does not keep the process. */
export async function endOrCut(end: Promise<unknown>, cut: () => void): Promise<void> {
  const cancel = after(GOODBYE_MS_MAX, cut);
  try {
    await end;
  } finally {
    cancel();
  }
}
