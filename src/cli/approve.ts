/** `crossfade approve GATE`: a person's yes, bound to the plan's checksum; to `checksum-match`, what a person knows of rows without a known cause. */
import type {RunState} from '../journal/run-state.ts';
import {ACKNOWLEDGED_AT} from '../journal/unexplained.ts';
import {approverOf, withKeyOptions} from './approver.ts';
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'approve',
  argument: {name: 'gate', description: 'the gate, such as approval'},
  severity: 'moderate',
  reason: (gate) => (gate === ACKNOWLEDGED_AT ? 'required' : 'asked'),
  configure: withKeyOptions,
  signal: ({plan}, gate) => ({type: 'approve', gate, planChecksum: plan.checksum}),
  author: approverOf,
  nothingToDo: ({unexplained}, gate) =>
    gate === ACKNOWLEDGED_AT && !unexplained
      ? `${gate} asks nobody: it is measured, and there is no repaired row without a known cause to acknowledge`
      : undefined,
  consequences: (state) => [...(state.unexplained ? unexplained(state.unexplained) : []), ...opening(state)],
});

const opening = ({plan, phase, verifications}: RunState): readonly string[] => {
  const last = verifications.at(-1);
  return [
    `This lets ${plan.name} begin ${phase}, once its other gates are green and enough people agree.`,
    last === undefined
      ? 'The data have not been compared yet.'
      : `Last comparison: ${last.rows} rows in ${last.tables} tables, ${last.differing} differ.`,
    'It falls when the plan is amended, and when a check turns red that was green; crossfade reject takes it back.',
  ];
};

const unexplained = ({rows, tables}: NonNullable<RunState['unexplained']>): readonly string[] => [
  `${rows} rows of ${tables.join(', ')} were repaired, and nobody knows why they differed: the same may befall other rows.`,
  `Only approve ${ACKNOWLEDGED_AT} acknowledges them, with a reason.`,
];
