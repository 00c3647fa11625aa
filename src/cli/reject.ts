/** `crossfade reject GATE`: a person's no. It takes back approvals of the gate and leaves the run paused, not failed. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'reject',
  argument: {name: 'gate', description: 'the gate, such as approval'},
  severity: 'mild',
  reason: 'required',
  signal: (_, gate) => ({type: 'reject', gate}),
  consequences: ({phase}) => [
    `Approvals given for ${phase} are void, and the run stands still; it has not failed.`,
    'crossfade resume goes on, and asks for approval anew.',
  ],
});
