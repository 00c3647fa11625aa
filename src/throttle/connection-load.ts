/** The share of its connections that a server has given away: of both sides, the fuller one counts. */
import {SIDES} from '../model/side.ts';
import {amount} from './read-settings.ts';
import type {Gauged} from './throttle.ts';

export const connectionLoad: Gauged = (settings, {load}) => ({
  max: amount(settings, 'max'),
  async measure(max = 0) {
    const loads = await Promise.all(SIDES.map(async (side) => ({side, ...(await load[side].connections())})));
    const [fullest] = loads.map((one) => ({...one, percent: (100 * one.used) / one.max})).toSorted((a, b) => b.percent - a.percent);
    if (!fullest || !Number.isFinite(fullest.percent)) throw new Error('the servers do not tell how many connections they have');
    const {side, used, percent} = fullest;
    const go = percent <= max;
    return {
      go,
      words: `connections ${Math.floor(percent)}% ${go ? 'of' : '>'} ${max}% on the ${side} (${used} of ${fullest.max})`,
      owner: `whoever holds connections to the ${side}`,
    };
  },
});
