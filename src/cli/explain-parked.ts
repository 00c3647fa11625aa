import type {ErrorCode} from '../model/errors.ts';
import {page, type Page} from './explain-page.ts';

export const parkedPages = {
  'CF-PARK-001': page(
    'rows that the source cannot hold keep the way back closed',
    'The plan says reverse.misfits: park, and rows written on the target have values that the source refuses. They were left out of the way back, and are on the target only; a cutover would leave them behind. Nothing was held for it.',
    'Where the schema of the target is wider than that of the source, and the application makes use of it in the reverse window.',
    'crossfade parked names the rows and says what was refused. Change them on the target so that the source can hold them, or delete them there, or widen the column on the source: they travel by themselves, within half a minute. Then crossfade reverse. Runbook: docs/runbook/parked-rows.md.',
  ),
  'CF-PARK-002': page(
    'too many rows cannot go back',
    'More than 1,000 rows are parked at the same time: no exceptions any more, the source cannot hold what the application writes now. Nothing of the last transaction was written there; the target goes on serving, and its server keeps the log that the source still needs.',
    'Never, where the schemas fit each other but for a few values.',
    'crossfade parked names the first 1,000 and says what was refused. Change the application, or widen the column on the source; then crossfade resume. Or give up the way back with crossfade complete, once its window is over.',
  ),
} as const satisfies Partial<Record<ErrorCode, Page>>;
