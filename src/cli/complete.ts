/** `crossfade complete`: ends the way back. There is no undo. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'complete',
  severity: 'severe',
  reason: 'none',
  signal: () => ({type: 'complete'}),
  consequences: ({waitingFor}) => [
    `The way back ends now${waitingFor?.kind === 'window' && waitingFor.until !== undefined ? `, instead of at ${waitingFor.until}` : ''}: the target serves for good.`,
    'Slots and publications are dropped on both sides. The source keeps its rows and stays closed, so a forgotten client gets an error there.',
    'This cannot be undone. Until you say so, crossfade reverse still works.',
  ],
  nothingToDo: ({signals}) => (signals.some(({signal}) => signal.type === 'complete') ? 'complete was asked for already' : undefined),
});
