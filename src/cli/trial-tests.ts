/** Runs the application's own tests: they have the terminal, and whoever asks us to stop asks them. */
import {spawn} from 'node:child_process';
import {TerminalError} from '../model/errors.ts';
import type {DatabasePlan} from '../plan/plan.ts';

/** Where tests look for their database. */
export const ADDRESS = 'DATABASE_URL';

/** `signal`: what ended them; `asked`: what we were told meanwhile. */
export type Tested = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly asked: NodeJS.Signals | undefined;
};

/** `isJson`: stdout is for our own answer, so theirs goes to stderr. */
export function runTests(
  [program = '', ...parameters]: readonly string[],
  environment: NodeJS.ProcessEnv,
  isJson: boolean,
): Promise<Tested> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {env: environment, stdio: ['inherit', isJson ? 2 : 'inherit', 'inherit']});
    let asked: NodeJS.Signals | undefined;
    const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => [name, () => passOn(name)] as const);
    const passOn = (name: NodeJS.Signals): void => {
      asked = name;
      // A terminal has sent its Ctrl-C to them as well, and many take a second one for impatience.
      if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
    };
    const forget = (): void => {
      for (const [name, handler] of handlers) process.off(name, handler);
    };
    for (const [name, handler] of handlers) process.on(name, handler);
    child.once('error', (cause) => {
      forget();
      reject(
        new TerminalError(`could not start ${program}: ${cause.message}`, {
          code: 'CF-USAGE-001',
          next: 'check its path, and that it is executable',
          cause,
        }),
      );
    });
    child.once('close', (exitCode, signal) => {
      forget();
      resolve({exitCode, signal, asked});
    });
  });
}

/** They know the clone by its address, and are not told those of the real databases, nor who approves. */
export function environmentOf(address: string, real: readonly DatabasePlan[], environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const untold = new Set([...real.flatMap(({url}) => (url.kind === 'env' ? [url.value] : [])), 'CROSSFADE_TOKEN', 'CROSSFADE_TOKEN_FILE']);
  return {...Object.fromEntries(Object.entries(environment).filter(([name]) => !untold.has(name))), [ADDRESS]: address};
}
