/**
 * The log of a runner, for machines: one JSON object a line, with run, phase and epoch in each. Beside the plain lines for
 * people, and made of the same words; it carries no evidence, no rows and no secrets.
 */
import type {Clock} from '../model/effects.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What stands in every line. */
export type LogPlace = {readonly run: string; readonly plan: string; readonly epoch: number; readonly phase: string};

export interface Log {
  write(level: Exclude<LogLevel, 'silent'>, text: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  /** From now on. */
  readonly place: {-readonly [K in keyof LogPlace]: LogPlace[K]};
}

export type LogOptions = {
  /** Undefined: nobody keeps a log. */
  readonly file: string | undefined;
  readonly level: LogLevel;
  readonly place: LogPlace;
  readonly clock: Clock;
  /** Told once when lines are lost: a full disk under a log must not end a runner in the middle of its work. */
  readonly lost: (why: string) => void;
};

/** Every line is in the file when `write` returns, so that a killed runner leaves all of them. Rejects when it cannot be opened. */
export async function openLog({file, level, place, clock, lost}: LogOptions): Promise<Log> {
  const now = {...place};
  if (file === undefined || level === 'silent') return {place: now, write: () => {}};
  const {pino} = await import('pino'); // most commands keep no log
  const destination = pino.destination({dest: file, sync: true, append: true, mode: 0o600});
  let isLost = false;
  await new Promise<void>((resolve, reject) => {
    destination.once('ready', resolve);
    destination.once('error', reject);
  });
  destination.on('error', (error: Error) => {
    if (!isLost) lost(error.message);
    isLost = true;
  });
  const time = () => `,"time":"${clock.now().toISOString()}"`;
  const logger = pino({level, base: null, timestamp: time, formatters: {level: (label) => ({level: label})}}, destination);
  return {place: now, write: (at, text, fields = {}) => logger[at]({...now, ...fields}, text)};
}
