/** `crossfade set KEY=VALUE`: retunes a run while it goes on. Only what takes effect at once; the plan itself is `amend`'s. */
import {SETTINGS, throttleOf, type Setting, type SettingValue, type Tuning} from '../model/tuning.ts';
import {settingText} from '../model/setting-text.ts';
import {limitsOf, settingOf} from './setting-words.ts';
import {signalCommand} from './signal-command.ts';
import {tuningReason} from './tuning-reason.ts';

export const command = signalCommand({
  verb: 'set',
  argument: {
    name: 'key=value',
    description: settings()
      .map((key) => `${key}: ${SETTINGS[key].what}, ${limitsOf(key)}`)
      .join('; '),
  },
  severity: 'mild',
  reason: (_, state) => tuningReason(state),
  signal: ({plan}, argument) => ({type: 'set', ...settingOf(argument, plan.content)}),
  consequences: () => ['It takes effect between two pieces of the work, and outlives the runner.'],
  nothingToDo: ({tuning, plan}, argument) => {
    const {key, value} = settingOf(argument, plan.content);
    return inForce(key, tuning) === value ? `${key} is ${settingText(key, value)} already` : undefined;
  },
});

function settings(): readonly Setting[] {
  return Object.keys(SETTINGS) as Setting[];
}

function inForce(key: Setting, {throttle, parallel, chunkBytes, limits}: Tuning): SettingValue | undefined {
  const name = throttleOf(key);
  if (name !== undefined) return limits?.[name] ?? 'plan';
  if (key === 'load.parallel') return parallel;
  if (key === 'load.chunk') return chunkBytes;
  return key === 'throttle.copy' ? throttle.copy : throttle.verify;
}
