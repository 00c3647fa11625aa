/** The log that the flags of a runner ask for. */
import {resolve} from 'node:path';
import type {RunState} from '../journal/run-state.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import type {Clock} from '../model/effects.ts';
import {LOG_LEVELS, type Log, type LogLevel, openLog} from '../telemetry/log.ts';
import type {GlobalOptions} from './command.ts';
import type {Output} from './output.ts';

type Flags = Pick<GlobalOptions, 'logFile' | 'logLevel' | 'verbose'>;

export const runnerLog = async (flags: Flags, id: string, {plan, epoch, phase}: RunState, clock: Clock, output: Output): Promise<Log> => {
  const file = flags.logFile === undefined ? undefined : resolve(flags.logFile);
  const lost = (why: string): void => output.insist(`lines of the log are lost: ${why}`);
  const place = {run: id, plan: plan.name, epoch, phase};
  return openLog({file, level: levelOf(flags), place, clock, lost}).catch((cause: unknown) => {
    throw new TerminalError(`no log can be kept at ${file ?? ''}: ${errorText(cause)}`, {
      code: 'CF-USAGE-001',
      next: 'name a file in a folder that is there and that you may write to',
      cause,
    });
  });
};

export function levelOf({logLevel, verbose}: Pick<Flags, 'logLevel' | 'verbose'>): LogLevel {
  if (logLevel === undefined) return verbose ? 'debug' : 'info';
  const level = LOG_LEVELS.find((name) => name === logLevel);
  if (level) return level;
  throw new TerminalError(`there is no log level ${logLevel}`, {code: 'CF-USAGE-001', next: `one of ${LOG_LEVELS.join(', ')}`});
}
