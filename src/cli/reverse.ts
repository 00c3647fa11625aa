/** `crossfade reverse`: the traffic moves back to the source, with everything written since. */
import {stallWords} from './plan-numbers.ts';
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'reverse',
  severity: 'severe',
  reason: 'none',
  signal: () => ({type: 'reverse'}),
  consequences: (state) => [
    'The traffic moves back to the source; every write made on the target since the cutover is there.',
    `Writes stop for ${stallWords(state)} at most; if that is not enough the target goes on serving.`,
    `${state.plan.name} then catches up again and can be cut over once more.`,
  ],
  nothingToDo: ({signals}) => (signals.some(({signal}) => signal.type === 'reverse') ? 'reverse was asked for already' : undefined),
});
