import type {Gate, Measures} from './gate.ts';
import {durationSetting} from './gate-settings.ts';

const EVERY_MS = 300_000;
const RED_EVERY_MS_MAX = 30_000;
const NAMED_MAX = 5;

/** Every table has as many rows on both sides. Cheaper than a comparison, and blind to what rows hold. */
export const rowCount: Gate = {
  isCostly: true,
  limits: (measures) => `as many rows on both sides, counted every ${everyOf(measures) / 1000} s`,
  async check(measures) {
    const everyMs = everyOf(measures);
    const {tables, rows, differences} = await measures.rowCounts();
    if (tables === 0) return {go: false, evidence: 'no table was counted', holdsMs: Math.min(everyMs, RED_EVERY_MS_MAX)};
    if (differences.length === 0) return {go: true, evidence: `${rows} rows in ${tables} tables on both sides`, holdsMs: everyMs};
    const more = differences.length > NAMED_MAX ? `, and ${differences.length - NAMED_MAX} more tables` : '';
    return {
      go: false,
      evidence: `${differences.slice(0, NAMED_MAX).join(', ')}${more}`,
      holdsMs: Math.min(everyMs, RED_EVERY_MS_MAX),
    };
  },
};

const everyOf = ({settings}: Pick<Measures, 'settings'>): number => durationSetting(settings, 'every', EVERY_MS);
