/** The demo's judge is judged: damage done to the open side after the run must be seen, and the demo must end with an error. */
import {spawn} from 'node:child_process';
import {text} from 'node:stream/consumers';
import {expect, test} from 'vitest';

const demo = async (...flags: readonly string[]): Promise<{code: number | null; result: Record<string, unknown>}> => {
  const child = spawn(process.execPath, ['examples/demo/demo.ts', '--rows', '2000', '--tps', '50', '--json', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = (await text(child.stdout)).trim().split('\n');
  return {code: await ended, result: JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>};
};

// Each kind of damage is tried against the judge alone in examples/demo/shop.db.test.ts.
test('--sabotage lose is found, and the demo fails', {timeout: 300_000}, async () => {
  const {code, result} = await demo('--sabotage', 'lose');
  expect(result['lost']).toBeGreaterThanOrEqual(1);
  expect(code).toBe(1);
});
