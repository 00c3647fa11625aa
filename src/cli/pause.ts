/** `crossfade pause`: stop at the next safe point. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'pause',
  severity: 'mild',
  reason: 'none',
  signal: () => ({type: 'pause'}),
  consequences: ({phase}) => [
    `The run stands still in ${phase} at its next safe point: between two chunks, two transactions, or at a gate. Nothing that users do changes.`,
    'The servers keep their logs meanwhile; crossfade resume goes on.',
  ],
  nothingToDo: ({isPauseRequested}) => (isPauseRequested ? 'a pause was asked for already' : undefined),
});
