/**
 * Several processes that could each do a run's work, of which one does: the loop of `crossfade worker`. Who works is decided by the
 * lock on both servers alone, so a look that was wrong costs an attempt and nothing else.
 */
import type {Clock} from '../model/effects.ts';
import {errorText} from '../model/errors.ts';

export type Turns<T> = {
  /** Undefined while the run goes on; otherwise how it ended. */
  readonly ended: () => Promise<T | undefined>;
  /** Who works, in words; undefined when nobody does. */
  readonly holder: () => Promise<string | undefined>;
  /** Does the work, until it ends or fails. */
  readonly work: () => Promise<T>;
  /** What a failure of any of these means: `stands by` when somebody else works, `again` when it may be better in a moment. */
  readonly verdict: (error: unknown) => 'stands by' | 'again' | 'ends';
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
};

/** Between two looks at who works. */
const LOOK_MS = 1000;
const BACKOFF_MS = 1000;
const BACKOFF_MS_MAX = 30_000;

/** Undefined when `signal` called it off; rejects with what a person has to settle. */
export async function takeTurns<T>(turns: Turns<T>): Promise<T | undefined> {
  const {clock, signal} = turns;
  const words = once(turns.note);
  for (let failures = 0; !signal.aborted; ) {
    const begunMs = clock.monotonicMs();
    try {
      const end = await turns.ended();
      if (end !== undefined) return end;
      const holder = await turns.holder();
      if (holder === undefined) return await turns.work();
      words(`stands by: ${holder}`);
      failures = 0;
      await clock.sleep(LOOK_MS, signal);
    } catch (error) {
      const verdict = turns.verdict(error);
      if (verdict === 'ends') throw error;
      if (clock.monotonicMs() - begunMs > BACKOFF_MS_MAX) failures = 0; // it has worked for a while
      const waitMs = verdict === 'stands by' ? LOOK_MS : Math.min(BACKOFF_MS * 2 ** failures++, BACKOFF_MS_MAX);
      words(`${errorText(error)}; ${verdict === 'again' ? 'it is tried again' : 'stands by'}`);
      await clock.sleep(waitMs, signal);
    }
  }
  return undefined;
}

/** The same words are not said twice in a row. */
const once = (note: (text: string) => void): ((text: string) => void) => {
  let said = '';
  return (text) => {
    if (text !== said) note(text);
    said = text;
  };
};
