import type {Gate, Measures} from './gate.ts';
import {durationSetting} from './gate-settings.ts';

/** Longer than an ordinary transaction, and no longer than people wait for a page. */
const AGE_MS_MAX = 5000;
/** A person reads this. */
const NAMED_MAX = 3;

/** A fence waits for every transaction that has written to one of the tables, and the application with it (H-03). */
export const longTransactions: Gate = {
  isOfTheMoment: true,
  limits: (measures) => `no transaction on the tables, on the side that serves, is older than ${seconds(limitOf(measures))}`,
  async check(measures) {
    const limit = limitOf(measures);
    const open = await measures.longTransactions();
    const unknown = open.find(({ageMs}) => ageMs === undefined);
    if (unknown) throw new Error(`the age of ${unknown.words} is not shown; crossfade doctor prints the grant`);
    const long = open.filter(({ageMs}) => ageMs === undefined || ageMs > limit);
    if (long.length === 0) return {go: true, evidence: `${open.length} transactions open, none older than ${seconds(limit)}`};
    const named = long.slice(0, NAMED_MAX).map(({words}) => words);
    const more = long.length > NAMED_MAX ? [`and ${long.length - NAMED_MAX} more`] : [];
    return {go: false, evidence: `older than ${seconds(limit)}: ${[...named, ...more].join('; ')}`};
  },
};

const limitOf = ({settings}: Pick<Measures, 'settings'>): number => durationSetting(settings, 'max', AGE_MS_MAX);
const seconds = (ms: number): string => `${ms / 1000} s`;
