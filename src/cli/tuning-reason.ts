/** Where the plan knows people, whoever makes the run slower or quicker says why, as for an override. */
import {peopleOf} from '../journal/genuine.ts';
import type {RunState} from '../journal/run-state.ts';

export const tuningReason = ({plan}: Pick<RunState, 'plan'>): 'required' | 'none' =>
  peopleOf(plan.content).length > 0 ? 'required' : 'none';
