import {duration} from '../model/amounts.ts';
import {forecastOf} from '../model/forecast.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import type {Gate, Measures} from './gate.ts';
import {durationSetting, factorSetting, textSetting} from './gate-settings.ts';
import {driftOf} from './rehearsal-drift.ts';

const MAX_AGE_MS = 30 * 24 * 3_600_000;
const FACTOR = 2;
const HOLDS_MS = 60_000;
const NAMED_MAX = 5;

/** What was tried is what is about to be done: the same plan, between servers like those it was tried around. */
export const rehearsed: Gate = {
  isCostly: true,
  limits: ({settings}) =>
    `rehearsed within ${duration(maxAge(settings))}, and since then no change of plan, versions, settings, rights, or size beyond ${factor(settings)} times`,
  async check(measures) {
    const {settings, now, approval} = measures;
    const {record, signer} = await measures.rehearsal(textSetting(settings, 'record'));
    const surroundings = await measures.surroundings();
    const ageMs = now().getTime() - Date.parse(record.madeAt);
    const faults = [
      ...(ageMs <= maxAge(settings) ? [] : [`it is ${duration(ageMs)} old`]),
      ...(signer === undefined && approval.people !== undefined ? ['nobody whom the plan knows has signed it'] : []),
      ...failuresIn(record),
      ...driftOf(record, surroundings, factor(settings)),
    ];
    const told = `rehearsed ${duration(Math.max(0, ageMs))} ago by ${signer ?? `${record.by} (unsigned)`}`;
    const forecast = forecastOf(record, surroundings.tables);
    if (faults.length === 0) return {go: true, evidence: `${told}: ${courseOf(record)}`, holdsMs: HOLDS_MS, forecast};
    const named = faults.length > NAMED_MAX ? [...faults.slice(0, NAMED_MAX), `and ${faults.length - NAMED_MAX} more`] : faults;
    return {go: false, evidence: `${told}; ${named.join('; ')}`, holdsMs: HOLDS_MS};
  },
};

const maxAge = (settings: Measures['settings']): number => durationSetting(settings, 'maxAge', MAX_AGE_MS);
const factor = (settings: Measures['settings']): number => factorSetting(settings, 'factor', FACTOR);

/** A rehearsal counts when the traffic has moved there, back and there again, and no write was lost. */
function failuresIn({switches, load}: RehearsalRecord): readonly string[] {
  const way = switches.filter(({decided}) => decided).map(({direction}) => direction);
  return [
    ...(way.join() === 'forward,reverse,forward' ? [] : [`it went ${way.join(', ') || 'nowhere'}, not forward, back and forward`]),
    ...(load.lost === 0 ? [] : [`it lost ${load.lost} rows`]),
    ...(load.acknowledged > 0 ? [] : ['nothing was written while it went']),
  ];
}

const courseOf = ({switches, load, clone}: RehearsalRecord): string =>
  `${clone.extent}; held ${switches.flatMap(({heldMs}) => (heldMs === null ? [] : [`${heldMs} ms`])).join(', ')}; ${load.acknowledged} writes, none lost`;
