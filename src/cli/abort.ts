/** `crossfade abort`: stop before the cutover, or before the new shape is final, and leave the database as it was. */
import type {RunState} from '../journal/run-state.ts';
import {isChangeInPlace} from './change-in-place.ts';
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'abort',
  severity: 'moderate',
  reason: 'asked',
  signal: () => ({type: 'abort'}),
  consequences: (state) => (isChangeInPlace(state) ? changeConsequences(state) : moveConsequences(state)),
  nothingToDo: ({signals}) => (signals.some(({signal}) => signal.type === 'abort') ? 'abort was asked for already' : undefined),
});

const changeConsequences = ({plan, phase}: RunState): string[] => [
  `${plan.name} stops in ${phase} for good; the old shape goes on serving.`,
  'What was added is removed again, with everything the application has written into it. What is complete already stays.',
];

const moveConsequences = ({plan, phase}: RunState): string[] => [
  `${plan.name} stops in ${phase} for good; the source goes on serving and nothing that users do changes.`,
  'Slots, publications and triggers are removed again; the copied rows go, and so does what the schema files created on the target.',
  'To move the database later, the copy starts from the beginning.',
];
