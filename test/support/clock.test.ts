import {expect, test} from 'vitest';
import {fakeClock} from './clock.ts';
import {failingEffects, recordingEffects} from './effects.ts';

test('sleepers wake in order, at their own time, and only when the clock is moved', async () => {
  const clock = fakeClock();
  const woken: string[] = [];
  const sleeps = [300, 100].map((ms) => clock.sleep(ms).then(() => woken.push(`${ms} at ${clock.monotonicMs()}`)));
  expect(clock.sleepers()).toBe(2);
  await clock.advance(99);
  expect(woken).toEqual([]);
  await clock.advance(500);
  await Promise.all(sleeps);
  expect(woken).toEqual(['100 at 100', '300 at 300']);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:00.599Z');
});

test('an abort ends a sleep at once', async () => {
  const [clock, abort] = [fakeClock(), new AbortController()];
  const slept = clock.sleep(1000, abort.signal);
  abort.abort();
  await slept;
  expect(clock.sleepers()).toBe(0);
  await clock.sleep(1000, abort.signal);
});

test('effects are recorded, and fail exactly once where the test says', async () => {
  const recorded = recordingEffects();
  await recorded.point('sql.send', 'select 1');
  expect(recorded.points).toEqual([{kind: 'sql.send', label: 'select 1'}]);
  const failing = failingEffects({kind: 'admin.command', label: 'PAUSE', times: 2});
  await failing.point('admin.command', 'PAUSE a');
  await failing.point('admin.command', 'RESUME a');
  expect(() => failing.point('admin.command', 'PAUSE b')).toThrow(/as the test asked/);
  await failing.point('admin.command', 'PAUSE c');
});
