/**
 * Loaded into the real program by CROSSFADE_EFFECTS: the machine's clock is wrong by ten minutes, to and fro with every
 * look, as no clock of a server ever is. Time that has passed is still measured rightly.
 */
import type {Effects} from '../../src/model/effects.ts';

const WRONG_MS = 600_000;

export default function wrongClock(effects: Effects): Effects {
  let looks = 0;
  const now = (): Date => new Date(effects.clock.now().getTime() + (looks++ % 2 === 0 ? WRONG_MS : -WRONG_MS));
  return {...effects, clock: {...effects.clock, now}};
}
