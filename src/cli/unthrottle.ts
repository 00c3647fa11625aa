/** `crossfade unthrottle`: full speed again. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'unthrottle',
  severity: 'mild',
  reason: 'none',
  signal: () => ({type: 'unthrottle'}),
  consequences: () => ['Copying, filling and comparing go on as fast as the plan lets them.'],
  nothingToDo: ({tuning: {throttledBy}}) => (throttledBy === undefined ? 'nothing is throttled' : undefined),
});
