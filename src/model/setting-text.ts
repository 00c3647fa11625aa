import {exactDuration, exactSize} from './exact-amount.ts';
import {SETTINGS, type Setting, type SettingValue, type Unit} from './tuning.ts';

const FORMAT: Readonly<Record<Unit, (value: number) => string>> = {
  count: String,
  percent: (value) => `${value}%`,
  size: exactSize,
  duration: exactDuration,
  number: String,
};

/** A setting's value as it may be typed: `64MiB`, `2s`, `70%`, `off`. */
export const settingText = (key: Setting, value: SettingValue): string =>
  typeof value === 'string' ? value : FORMAT[SETTINGS[key].unit](value);
