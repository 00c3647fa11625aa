/** What a rehearsal let expect, beside what came of it. */
import type {Entry} from '../journal/journal.ts';
import {recorded} from '../journal/recorded.ts';
import type {Attempt} from './attempts.ts';
import type {PhaseVisit} from './visits.ts';

export type ForecastLine = {
  /** `phase initial-load`, or `longest hold`. */
  readonly what: string;
  readonly forecastMs: number;
  /** Of the first visit that came to its end; null: there was none yet. */
  readonly ms: number | null;
  /** What it took over what was forecast. */
  readonly ratio: number | null;
};

/** `factor`: how many times larger the source was than its clone. */
export type ForecastReport = {readonly at: string; readonly factor: number; readonly lines: readonly ForecastLine[]};

/** Of the newest gates that were passed with a rehearsal; null where none was. */
export function forecastReportOf(
  entries: readonly Entry[],
  visits: readonly PhaseVisit[],
  attempts: readonly Attempt[],
): ForecastReport | null {
  const passed = recorded(entries, 'gates-passed').flatMap(({at, fact}) =>
    fact.verdicts.flatMap(({forecast}) => (forecast ? [{at, forecast}] : [])),
  );
  const newest = passed.at(-1);
  if (!newest) return null;
  const {at, forecast} = newest;
  const held = attempts.flatMap(({decided, heldMs}) => (decided && heldMs !== null ? [heldMs] : []));
  return {
    at,
    factor: forecast.factor,
    lines: [
      ...forecast.phases.map(({phase, ms}) =>
        line(`phase ${phase}`, ms, visits.find((one) => one.phase === phase && one.ms !== null)?.ms ?? null),
      ),
      ...(forecast.heldMs === null ? [] : [line('longest hold', forecast.heldMs, held.length > 0 ? Math.max(...held) : null)]),
    ],
  };
}

const line = (what: string, forecastMs: number, ms: number | null): ForecastLine => ({
  what,
  forecastMs,
  ms,
  ratio: ms === null || forecastMs === 0 ? null : Math.round((100 * ms) / forecastMs) / 100,
});
