/** What `KEY=VALUE` says, and what a setting that is in force is called; a value that cannot be meant is refused with its limits. */
import {planValue} from '../journal/plan-value.ts';
import type {Signal} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {settingText} from '../model/setting-text.ts';
import {isSetting, SETTINGS, throttleOf, type Setting, type SettingValue, type Unit} from '../model/tuning.ts';
import {parseDuration} from '../plan/duration.ts';
import {parseSize} from '../plan/size.ts';

/** What people type who know other tools. */
const SHORT: Readonly<Record<string, Setting>> = {chunk: 'load.chunk', parallel: 'load.parallel'};

/** `plan` as the journal has it: a limit can be moved only where the plan has a throttle of that name. */
export function settingOf(argument: string, plan: unknown): Omit<Extract<Signal, {type: 'set'}>, 'type'> {
  const [, typed = argument, text = ''] = /^([^=]*)=(.*)$/s.exec(argument.trim()) ?? [];
  const key = Object.hasOwn(SHORT, typed) ? SHORT[typed] : typed;
  if (key === undefined || !isSetting(key)) throw unknown(typed);
  const throttle = throttleOf(key);
  if (throttle !== undefined) requirePlanned(key, throttle, text, plan);
  const value = valueOf(key, text);
  if (value === undefined) throw refused(key, text);
  return {key, value};
}

function valueOf(key: Setting, text: string): SettingValue | undefined {
  if (throttleOf(key) !== undefined && (text === 'off' || text === 'plan')) return text;
  if (key === 'throttle.schedule') return undefined;
  const {unit, min, max} = SETTINGS[key];
  const value = PARSE[unit](text);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

const PARSE: Readonly<Record<Unit, (text: string) => number | undefined>> = {
  count: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
  percent: (text) => (/^\d{1,3}%?$/.test(text) ? Number.parseInt(text, 10) : undefined),
  size: parseSize,
  duration: parseDuration,
  number: (text) => (/^-?\d{1,15}(?:\.\d{1,6})?$/.test(text) ? Number(text) : undefined),
};

/** From where to where, for help and refusals. */
export function limitsOf(key: Setting): string {
  if (key === 'throttle.schedule') return 'off or plan';
  const {unit, min, max} = SETTINGS[key];
  const also = throttleOf(key) === undefined ? '' : ', off or plan';
  return unit === 'number' ? `a number${also}` : `${settingText(key, min)} to ${settingText(key, max)}${also}`;
}

function requirePlanned(key: Setting, name: string, text: string, plan: unknown): void {
  const planned = planValue(plan, 'throttle');
  const same = Array.isArray(planned) ? planned.filter((one: unknown) => planValue(one, 'name') === name) : [];
  if (same.length === 0)
    throw new TerminalError(`the plan has no throttle ${name}, so ${key} would change nothing`, {
      code: 'CF-USAGE-001',
      next: 'add it to the plan under throttle: and crossfade amend FILE; crossfade throttle PERCENT slows down without one',
    });
  if (same.length === 1 || text === 'off' || text === 'plan') return;
  throw new TerminalError(`the plan has ${same.length} throttles ${name}, and one limit cannot be meant for all of them`, {
    code: 'CF-USAGE-001',
    next: `crossfade set ${key}=off, or crossfade amend FILE`,
  });
}

const EXAMPLES: Readonly<Record<Unit, string>> = {
  count: 'a whole number',
  percent: 'a percentage',
  size: 'a size such as 8MiB,',
  duration: 'a duration such as 2s,',
  number: 'one',
};

function refused(key: Setting, text: string): TerminalError {
  const {unit, min} = SETTINGS[key];
  const isLimit = throttleOf(key) !== undefined;
  const example = `crossfade set ${key}=${key === 'throttle.schedule' ? 'off' : settingText(key, unit === 'number' ? 1 : min)}`;
  const range = isLimit || unit !== 'count' ? limitsOf(key) : `from ${limitsOf(key)}`;
  return new TerminalError(`${key} cannot be ${text === '' ? 'nothing' : text}`, {
    code: 'CF-USAGE-001',
    next: key === 'throttle.schedule' ? `give ${limitsOf(key)}: ${example}` : `give ${EXAMPLES[unit]} ${range}: ${example}`,
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
