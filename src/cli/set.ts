/** `crossfade set KEY=VALUE`: retunes a run while it goes on. Only what takes effect at once; the plan itself is `amend`'s. */
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {isSetting, SETTINGS, type Setting, type Tuning} from '../model/tuning.ts';
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'set',
  argument: {
    name: 'key=value',
    description: Object.entries(SETTINGS)
      .map(([key, {what, min, max}]) => `${key}: ${what}, ${min} to ${max}`)
      .join('; '),
  },
  severity: 'mild',
  reason: 'none',
  signal: (_, argument) => ({type: 'set', ...settingOf(argument)}),
  consequences: () => ['It takes effect between two pieces of the work, and outlives the runner.'],
  nothingToDo: ({tuning}, argument) => {
    const {key, value} = settingOf(argument);
    return inForce(tuning)[key] === value ? `${key} is ${value} already` : undefined;
  },
});

const inForce = ({throttle, parallel}: Tuning): Readonly<Record<Setting, number | undefined>> => ({
  'load.parallel': parallel,
  'throttle.copy': throttle.copy,
  'throttle.verify': throttle.verify,
});

function settingOf(argument: string): {readonly key: Setting; readonly value: number} {
  const [, key = argument, text = ''] = /^([^=]*)=(.*)$/s.exec(argument) ?? [];
  if (!isSetting(key)) throw unknown(key);
  const {min, max} = SETTINGS[key];
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return {key, value};
  throw new TerminalError(`${key} cannot be ${text === '' ? 'nothing' : text}`, {
    code: 'CF-USAGE-001',
    next: `give a whole number from ${min} to ${max}: crossfade set ${key}=${min}`,
  });
}

function unknown(key: string): TerminalError {
  const keys = Object.keys(SETTINGS);
  const meant = nearest(key, keys);
  return new TerminalError(`there is no ${key} that can be set while a run goes on${meant ? `; did you mean ${meant}?` : ''}`, {
    code: 'CF-USAGE-001',
    next: `set one of ${keys.join(', ')}; anything else of the plan: crossfade amend FILE`,
  });
}
