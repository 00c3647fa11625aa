/** A number that the operator's own query answers, read-only, against a limit. */
import {amount, text, unreadable} from './read-settings.ts';
import type {Gauged} from './throttle.ts';

const LIMIT_MS = 10_000;

export const sql: Gauged = (settings, {ask}) => {
  const query = text(settings, 'query');
  const name = text(settings, 'name', undefined) ?? 'the query';
  const on = text(settings, 'on', 'source');
  const side = on === 'source' || on === 'target' ? on : unreadable('on', 'source or target');
  const limitMs = amount(settings, 'timeout', LIMIT_MS) ?? LIMIT_MS;
  return {
    max: amount(settings, 'max'),
    async measure(max = 0) {
      const rows = await ask(side, query, {limitMs, rowsMax: 2});
      const value = rows.length === 1 && rows[0]?.length === 1 ? rows[0][0] : undefined;
      const number = value ? Number(value) : Number.NaN;
      if (!Number.isFinite(number)) throw new Error(`${name} answered ${rows.length} rows and no single number on the ${side}`);
      return {go: number <= max, words: `${name} ${number} ${number <= max ? 'of' : '>'} ${max}`, owner: `whoever uses the ${side}`};
    },
  };
};
