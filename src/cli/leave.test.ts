import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {expect, test} from 'vitest';

const URL_OF_IT = new URL('leave.ts', import.meta.url).href;
/** A verb that leaves a server behind. */
const leaving = (what = '') =>
  spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import {leave} from '${URL_OF_IT}'; import net from 'node:net'; net.createServer().listen(0, '127.0.0.1'); ${what}; leave(3, 20)`,
  ]);
const codeOf = (child: ReturnType<typeof leaving>): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

test('a connection that was left open does not keep the process', async () => {
  expect(await codeOf(leaving())).toBe(3);
});

test('whoever reads slowly gets all that was printed', async () => {
  const child = leaving(`process.stdout.write('x'.repeat(5_000_000)); setTimeout(() => process.stderr.write('many looks later'), 500)`);
  const code = codeOf(child);
  const [said] = await Promise.race([once(child.stderr, 'data'), code.then(() => ['it ended'])]);
  expect(String(said)).toBe('many looks later');
  expect((await text(child.stdout)).length).toBe(5_000_000);
  expect(await code).toBe(3);
});
