/** Runs an operator's program to its end or to its limit. No shell is involved: arguments are passed as they stand. */
import {type ChildProcess, spawn} from 'node:child_process';
import {TerminalError} from '../model/errors.ts';
import {scrub} from './scrub.ts';

export type Finished = {
  readonly ended: 'well' | 'badly' | 'late';
  /** `exit code 3`, `signal SIGTERM`. */
  readonly how: string;
  readonly output: string;
  readonly errors: string;
};

/** Enough for every honest answer; a program that prints without end must not fill our memory. */
const KEPT_CHARACTERS_MAX = 65_536;
const SHOWN_CHARACTERS_MAX = 200;

/** `stop`: ends it before its limit, as late. `input`: what it may read on stdin. */
export function runProgram(
  [program = '', ...parameters]: readonly string[],
  environment: NodeJS.ProcessEnv,
  limitMs: number,
  {stop, input = ''}: {readonly stop?: AbortSignal; readonly input?: string} = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that at the limit its children end with it.
    const child = spawn(program, parameters, {env: environment, detached: true, stdio: ['pipe', 'pipe', 'pipe']});
    child.stdin.on('error', () => undefined); // it may end without having read
    child.stdin.end(input);
    const [output, errors] = [keep(child.stdout), keep(child.stderr)];
    let late = false;
    const end = (): void => {
      late = true;
      killGroup(child);
    };
    const limit = setTimeout(end, limitMs);
    const forget = (): void => {
      clearTimeout(limit);
      stop?.removeEventListener('abort', end);
    };
    stop?.addEventListener('abort', end);
    child.once('error', (cause) => {
      forget();
      reject(notStarted(program, cause));
    });
    child.once('close', (code, signal) => {
      forget();
      const ended = late ? 'late' : code === 0 ? 'well' : 'badly';
      resolve({ended, how: signal === null ? `exit code ${code}` : `signal ${signal}`, output: output(), errors: errors()});
    });
  });
}

/** Of a program that did not end well, for an error; `environment` is what it was given. */
export const howItFailed = ({ended, how, errors}: Finished, limitMs: number, environment: NodeJS.ProcessEnv): string =>
  ended === 'late' ? `no end within ${limitMs} ms` : `${how}: ${shown(lastLine(errors), environment)}`;

/** The beginning of what it printed, without secrets. */
export const shown = (text: string, environment: NodeJS.ProcessEnv): string =>
  scrub(text, environment).trim().slice(0, SHOWN_CHARACTERS_MAX) || '(nothing)';

/** Undefined for what is no JSON; the caller shows the output and says so. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** Answers what came so far. The beginning counts for an answer, the end for an error: both are kept. */
function keep(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    text += part;
    if (text.length > 2 * KEPT_CHARACTERS_MAX) text = text.slice(0, KEPT_CHARACTERS_MAX) + text.slice(-KEPT_CHARACTERS_MAX);
  });
  return () => text;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It ended in this very moment: `close` follows.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const notStarted = (program: string, cause: Error): TerminalError =>
  new TerminalError(`could not start ${program}: ${cause.message}`, {
    code: 'CF-PLAN-001',
    next: 'check its path, and that it is executable',
    cause,
  });
