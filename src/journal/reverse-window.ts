/** How long the way back has to be kept: a fold of the journal, so that a restart of the runner does not begin it anew. */
import type {Entry} from './journal.ts';
import {planValue} from './plan-value.ts';
import {after, recorded} from './recorded.ts';

/** RFC 3339. `until` is undefined when the plan on record, of another version, names no window. */
export type ReverseWindow = {readonly since: string; readonly until: string | undefined};

/** The phase that lasts until `complete` or `reverse`. */
export const WINDOW_PHASE = 'reverse-window';

/**
 * Begins when its phase is first entered after the target was opened: a way back that was called off leads into the
 * phase once more, and the target has served on meanwhile. Undefined while the source serves.
 */
export function reverseWindowOf(entries: readonly Entry[], plan: unknown): ReverseWindow | undefined {
  const sourceOpened = recorded(entries, 'decision').findLast(({fact}) => fact.side === 'source')?.seq ?? 0;
  const entered = recorded(after(entries, sourceOpened), 'phase-started').find(({fact}) => fact.phase === WINDOW_PHASE);
  if (entered === undefined) return undefined;
  const windowMs = planValue(plan, 'reverse', 'windowMs');
  const until = typeof windowMs === 'number' ? new Date(Date.parse(entered.at) + windowMs).toISOString() : undefined;
  return {since: entered.at, until};
}
