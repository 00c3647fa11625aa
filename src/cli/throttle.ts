/** `crossfade throttle [PERCENT]`: slows the run's own work, so that the application has more of the servers. */
import {TerminalError} from '../model/errors.ts';
import {signalCommand} from './signal-command.ts';
import {tuningReason} from './tuning-reason.ts';

const FULL = 100;

export const command = signalCommand({
  verb: 'throttle',
  argument: {
    name: 'percent',
    description: 'of the time, in which nothing is begun: 0 to 100; 100 when absent, and copying stands still',
    isOptional: true,
  },
  severity: 'mild',
  reason: (_, state) => tuningReason(state),
  signal: (_, argument) => ({type: 'throttle', percent: percentOf(argument)}),
  consequences: () => [
    'Copying, filling and comparing rest between two pieces; nothing is held meanwhile. The stream goes on, or the servers would keep their logs: crossfade pause stops that too.',
    'It outlives the runner, until crossfade unthrottle.',
  ],
  nothingToDo: ({tuning: {throttle}}, argument) =>
    throttle.copy === percentOf(argument) && throttle.verify === throttle.copy ? `throttled so already: ${throttle.copy}%` : undefined,
});

function percentOf(argument: string): number {
  if (argument === '') return FULL;
  const [, digits] = /^(\d{1,3})%?$/.exec(argument) ?? [];
  const percent = Number(digits ?? NaN);
  if (percent <= FULL) return percent;
  throw new TerminalError(`${argument} is not a percentage`, {
    code: 'CF-USAGE-001',
    next: 'give a whole number from 0 to 100, or nothing for 100',
  });
}
