/** `--timeout 10m`: a length of time as plans write it, or a usage error that says how. */
import {TerminalError} from '../model/errors.ts';
import {parseDuration} from '../plan/duration.ts';
import {textOf} from './command.ts';

/** Milliseconds; undefined when the flag was not given. */
export function durationFlag(options: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const text = textOf(options[name]);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new TerminalError(`--${name} cannot be ${text}`, {code: 'CF-USAGE-001', next: 'give a duration such as 30s, 10m or 2h'});
}
