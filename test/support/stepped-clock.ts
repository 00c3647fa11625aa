/**
 * A machine whose wall clock steps while programs run on it, as an administrator or a time service sets it. Time that has
 * passed is measured rightly all the same. It needs libfaketime, which stands between a program and the kernel's clock.
 */
import {chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {addMiss, ServerMissing} from './server-folder.ts';

const LIBRARIES = ['x86_64', 'aarch64'].map((processor) => `/usr/lib/${processor}-linux-gnu/faketime/libfaketimeMT.so.1`);

export type SteppedClock = Disposable & {
  /** Whatever processes are started meanwhile go by this clock, and so do their children. */
  during<T>(start: () => Promise<T>): Promise<T>;
  /** For all of them at once, from where the machine's true clock is. */
  step(seconds: number): void;
};

/** Throws `ServerMissing` where there is no libfaketime. */
export function steppedClock(): SteppedClock {
  const library = LIBRARIES.find((path) => existsSync(path));
  if (library === undefined) throw missing();
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-clock-'));
  const file = join(folder, 'offset');
  const step = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}`);
  step(0);
  chmodSync(folder, 0o755); // servers have an account of their own
  const environment = {LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1'};
  return {
    step,
    async during(start) {
      Object.assign(process.env, environment);
      try {
        return await start();
      } finally {
        for (const name of Object.keys(environment)) delete process.env[name];
      }
    },
    [Symbol.dispose]: () => rmSync(folder, {recursive: true, force: true}),
  };
}

function missing(): ServerMissing {
  const miss = {server: 'a clock that steps', command: 'apt-get install libfaketime', reasons: [`none of ${LIBRARIES.join(', ')}`]};
  addMiss(miss);
  return new ServerMissing(`${miss.server} could not be had (${miss.reasons.join('')}). Provide it: ${miss.command}`);
}
