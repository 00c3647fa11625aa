/** What statements cost on the target beside the source, as the last comparison found it. */
import type {Entry} from '../journal/journal.ts';
import {lastRecorded} from '../journal/recorded.ts';
import type {StatementComparison} from '../model/statement-comparison.ts';

export type StatementsReport = {readonly at: string; readonly comparison: StatementComparison};

/** The newest one of the whole run; null where none was made. */
export function statementsReportOf(entries: readonly Entry[]): StatementsReport | null {
  const newest = lastRecorded(entries, 'statements-compared');
  return newest ? {at: newest.at, comparison: newest.fact.comparison} : null;
}
