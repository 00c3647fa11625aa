/** Where the plan knows people, whoever throttles a run or sets what it may take says why, as for an override. */
import {peopleOf} from '../journal/genuine.ts';
import type {RunState} from '../journal/run-state.ts';

export const tuningReason = ({plan}: Pick<RunState, 'plan'>): 'required' | 'none' =>
  peopleOf(plan.content).length > 0 ? 'required' : 'none';
