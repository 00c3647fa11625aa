/** What a rehearsal says beside its journal: its load, what it went on, and what it lets expect of the real run. */
import {type Forecast, forecastOf} from '../model/forecast.ts';
import type {RehearsalRecord, RehearsedOn} from '../model/rehearsal-record.ts';

/** `record` and `forecast`: null where the rehearsal did not come to its end, or only its journal is at hand. */
export type RehearsalReport = RehearsedOn & {readonly record: RehearsalRecord | null; readonly forecast: Forecast | null};

/** Null of a run on the plan's own databases. */
export const rehearsalReportOf = (on: RehearsedOn | undefined, record: RehearsalRecord | undefined): RehearsalReport | null =>
  on ? {environment: on.environment, record: record ?? null, forecast: record ? forecastOf(record, record.around.tables) : null} : null;
