import type {RepairedRows} from '../model/repair-cause.ts';

/** One line per table and cause. */
export const causeLines = (causes: readonly RepairedRows[]): string[] =>
  causes.map(({table, cause, why, rows}) => `${table}: ${rows} repaired, cause: ${cause} (${why})`);
