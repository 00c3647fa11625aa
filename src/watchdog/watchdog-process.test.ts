import {expect, test} from 'vitest';
import type {Effects} from '../model/effects.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {startWatchdogProcess} from './watchdog-process.ts';

/** Waits that have not ended yet: each keeps a process from leaving. */
function counted(): {readonly effects: Effects; open(): number} {
  let open = 0;
  const sleep: Effects['clock']['sleep'] = async (_ms, signal) => {
    open += 1;
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), {once: true}));
    open -= 1;
  };
  return {effects: {...systemEffects, clock: {...systemEffects.clock, sleep}}, open: () => open};
}

test('once a watchdog has answered, nothing waits for its answer any more', async () => {
  const {effects, open} = counted();
  const program = "process.stdin.resume(); console.log('ready'); setInterval(() => {}, 1000)";
  const watchdog = await startWatchdogProcess([process.execPath, '-e', program], '{}', effects);
  await watchdog.dismiss();
  expect(open()).toBe(0);
});

test('nor once it could not start', async () => {
  const {effects, open} = counted();
  await expect(startWatchdogProcess([process.execPath, '-e', 'process.exit(3)'], '{}', effects)).rejects.toThrow(/it ended with 3/);
  await Promise.resolve();
  expect(open()).toBe(0);
});
