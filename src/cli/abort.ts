/** `crossfade abort`: stop before the cutover and leave the source as it was. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'abort',
  severity: 'moderate',
  reason: 'asked',
  signal: () => ({type: 'abort'}),
  consequences: ({plan, phase}) => [
    `${plan.name} stops in ${phase} for good; the source goes on serving and nothing that users do changes.`,
    'Slots, publications and triggers are removed again; the copy on the target is given up.',
    'To move the database later, the copy starts from the beginning.',
  ],
  nothingToDo: ({signals}) => (signals.some(({signal}) => signal.type === 'abort') ? 'abort was asked for already' : undefined),
});
