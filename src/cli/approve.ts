/** `crossfade approve GATE`: a person's yes, bound to the plan's checksum. */
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'approve',
  argument: {name: 'gate', description: 'the gate, such as approval'},
  severity: 'moderate',
  reason: 'asked',
  signal: ({plan}, gate) => ({type: 'approve', gate, planChecksum: plan.checksum}),
  consequences: ({plan, phase, verifications}) => {
    const last = verifications.at(-1);
    return [
      `This lets ${plan.name} begin ${phase}, once its other gates are green and enough people agree.`,
      last === undefined
        ? 'The data have not been compared yet.'
        : `Last comparison: ${last.rows} rows in ${last.tables} tables, ${last.differing} differ.`,
      'It falls when the plan is amended; crossfade reject takes it back.',
    ];
  },
});
