/** `crossfade reject GATE`: a person's no. It takes back approvals of the gate and leaves the run paused, not failed. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'reject',
  argument: {name: 'gate', description: 'the gate, such as approval'},
  severity: 'mild',
  reason: 'required',
  signal: (_, gate) => ({type: 'reject', gate}),
  consequences: () => [],
});
