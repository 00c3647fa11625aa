/**
 * First Ctrl-C or TERM pauses at the next safe point and says so; the second leaves at once, which is crash-safe. HUP
 * does the same for a terminal that was closed. USR1 prints the status.
 */
import type {Interruption} from '../runner/interruption.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';

export type ProcessSignals = {
  /** The exit code of the signal that ended the run; undefined while none has. */
  readonly exitCode: ExitCode | undefined;
  /** Takes the handlers away again. */
  forget(): void;
};

export const handleProcessSignals = (interruption: Interruption, telemetry: Telemetry, printStatus: () => void): ProcessSignals => {
  let told: ExitCode | undefined;
  const leave = (name: NodeJS.Signals, code: ExitCode) => () => {
    if (told !== undefined) process.exit(code);
    told = code;
    const what = interruption.isAbortAsked ? 'the abort goes on' : 'stopping at the next safe point';
    telemetry.note(`${name}: ${what}; once more leaves at once. Next: crossfade resume`);
    interruption.stop(name);
  };
  const handlers = [
    ['SIGINT', leave('SIGINT', EXIT.interrupted)],
    ['SIGTERM', leave('SIGTERM', EXIT.terminated)],
    ['SIGHUP', leave('SIGHUP', EXIT.interrupted)],
    ['SIGUSR1', printStatus],
  ] as const;
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    get exitCode() {
      return told;
    },
    forget: () => {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
};
