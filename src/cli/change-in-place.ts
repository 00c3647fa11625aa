/** Whether a run on record changes one database where it is. The journal keeps the plan as data. */
import type {RunState} from '../journal/run-state.ts';

export const isChangeInPlace = ({plan}: Pick<RunState, 'plan'>): boolean =>
  typeof plan.content === 'object' && plan.content !== null && Object.hasOwn(plan.content, 'operations');
