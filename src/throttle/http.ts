/** An address of the operator's: 2xx lets work go on; with `max`, the number that it answers has to be within that. */
import {amount, text} from './read-settings.ts';
import type {Gauged} from './throttle.ts';

const LIMIT_MS = 5_000;

export const http: Gauged = (settings, {get}) => {
  const url = text(settings, 'url');
  const name = text(settings, 'name', undefined) ?? 'the address';
  const limitMs = amount(settings, 'timeout', LIMIT_MS) ?? LIMIT_MS;
  return {
    max: amount(settings, 'max', undefined),
    async measure(max) {
      const {status, body} = await get(url, limitMs);
      const owner = `whoever runs the service behind ${name}`;
      if (status < 200 || status > 299) return {go: false, words: `${name} answered ${status}`, owner};
      if (max === undefined) return {go: true, words: `${name} answered ${status}`, owner};
      const number = /^\s*-?\d+(?:\.\d+)?\s*$/.test(body) ? Number(body) : Number.NaN;
      if (!Number.isFinite(number)) throw new Error(`${name} answered no number`);
      return {go: number <= max, words: `${name} ${number} ${number <= max ? 'of' : '>'} ${max}`, owner};
    },
  };
};
