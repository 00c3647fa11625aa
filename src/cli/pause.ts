/** `crossfade pause`: stop at the next safe point. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'pause',
  severity: 'mild',
  reason: 'none',
  signal: () => ({type: 'pause'}),
  consequences: () => [],
  nothingToDo: ({isPauseRequested}) => (isPauseRequested ? 'a pause was asked for already' : undefined),
});
