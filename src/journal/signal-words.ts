import {settingText} from '../model/setting-text.ts';
import type {Signal} from './journal.ts';

/** `approve approval`, `set load.parallel=8`. */
export const signalWords = (signal: Signal): string => {
  if (signal.type === 'approve' || signal.type === 'reject') return `${signal.type} ${signal.gate}`;
  if (signal.type === 'throttle') return `throttle ${signal.percent}`;
  return signal.type === 'set' ? `set ${signal.key}=${settingText(signal.key, signal.value)}` : signal.type;
};
