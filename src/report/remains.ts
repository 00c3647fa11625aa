/** What the run has left on both sides, and which command takes it away. */
import type {RunState} from '../journal/run-state.ts';
import {opposite} from '../model/side.ts';

export type Remainder = {readonly where: string; readonly what: string; readonly next: string | null};

export function remainsOf({
  phase,
  isFinal,
  openSide,
  plan,
}: Pick<RunState, 'phase' | 'isFinal' | 'openSide' | 'plan'>): readonly Remainder[] {
  if (phase === 'aborted') return [];
  const journal = {where: 'both sides', what: 'schema crossfade: the copy of this journal, which `events --verify` compares', next: null};
  if (plan.workflow === 'expand-contract') return [journal]; // no side was closed
  const closed = opposite(openSide);
  const rows = {where: `the ${closed}`, what: 'every row as it was when that side closed, or as the stream has kept it since', next: null};
  if (isFinal)
    return [
      {where: `the ${closed}`, what: 'the fence: a client that was forgotten gets an error there and no acknowledgement', next: null},
      rows,
      journal,
    ];
  return [
    {
      where: 'both sides',
      what: 'a fence, and the change stream of the way back or forth: a server keeps its log for it',
      next: 'crossfade complete',
    },
    rows,
    journal,
  ];
}
