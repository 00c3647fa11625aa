/** First Ctrl-C or TERM pauses at the next safe point and says so; the second leaves at once, which is crash-safe. */
import type {Interruption} from '../runner/interruption.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {EXIT} from './exit-codes.ts';

/** Answers with the function that takes the handlers away again. */
export const handleProcessSignals = (interruption: Interruption, telemetry: Telemetry): (() => void) => {
  const leave = (name: NodeJS.Signals, code: number) => () => {
    if (interruption.reason) process.exit(code);
    telemetry.note(`${name}: stopping at the next safe point; once more leaves at once. Next: crossfade resume`);
    interruption.stop(name);
  };
  const handlers = [
    ['SIGINT', leave('SIGINT', EXIT.interrupted)],
    ['SIGTERM', leave('SIGTERM', EXIT.terminated)],
    ['SIGHUP', leave('SIGHUP', EXIT.interrupted)],
    ['SIGUSR1', () => telemetry.note(JSON.stringify(telemetry.read()))],
  ] as const;
  for (const [name, handler] of handlers) process.on(name, handler);
  return () => {
    for (const [name, handler] of handlers) process.off(name, handler);
  };
};
