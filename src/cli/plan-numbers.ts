/** Numbers of a plan for the questions that a person is asked. One on record of another version may lack them. */
import {planValue} from '../journal/plan-value.ts';
import type {RunState} from '../journal/run-state.ts';
import {duration} from '../model/amounts.ts';

type Planned = Pick<RunState, 'plan'>;

/** How long writes may stop. */
export const stallWords = ({plan: {content}}: Planned): string => {
  const ms = planValue(content, 'cutover', 'stallBudgetMs');
  return typeof ms === 'number' ? `${ms < 1000 ? `${ms}ms` : duration(ms)}, the plan's stall budget,` : "the plan's stall budget";
};

/** Until when the way back is kept. */
export const windowWords = ({plan: {content}}: Planned): string => {
  const ms = planValue(content, 'reverse', 'windowMs');
  return typeof ms === 'number' && ms > 0 ? `for ${duration(ms)} at least, until crossfade complete` : 'until crossfade complete';
};
