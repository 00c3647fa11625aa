/** Why a key cannot become wider while others write: docs/decisions/0037. */
import type {OwnChange} from './mysql-change.ts';

export const widenKeyChange = (): OwnChange => ({
  start: [],
  complete: [],
  old: [],
  undo: [],
  needs: [],
  objections: [
    {
      ask: 'SELECT 1 AS what',
      reason:
        'a key cannot become wider here while others write: its numbers are not seen by triggers, and its counter moves only with a copy',
      next: 'move to a database with the wider key by a live-migration; docs/decisions/0037 says what else there is, and why',
    },
  ],
});
