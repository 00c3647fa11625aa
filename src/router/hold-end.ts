/** When those who wait for the end of a hold are woken. */
import {after, monotonicMs} from './clock.ts';
import {isHeld, type Route} from './route-choice.ts';

export type HoldClock = {readonly monotonicMs: () => number; readonly after: (ms: number, act: () => void) => () => void};

/**
 * Calls `act` once, when the hold of this route is over; the answer cancels it. A timer may fire a moment early: then the
 * hold stands still, and is waited for again, or those who wait would wait for ever.
 */
export function atHoldEnd(route: Route, act: () => void, clock: HoldClock = {monotonicMs, after}): () => void {
  let cancel = (): void => undefined;
  const wait = (): void => {
    cancel = clock.after(route.holdUntilMs - clock.monotonicMs(), () => (isHeld(route, clock.monotonicMs()) ? wait() : act()));
  };
  wait();
  return () => cancel();
}
