import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {askSocket} from '../../test/support/control-client.ts';
import {serveControl} from './control-socket.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'crossfade-socket-'))));
afterEach(() => rmSync(folder, {recursive: true}));
const path = () => join(folder, 'run.sock');

it('is for its user alone, and answers lines in their order, the last one without its end too', async () => {
  const control = await serveControl(path(), async (line) => `heard ${line}\n`);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(await askSocket(path(), 'one\n\n two\nthree')).toBe('heard one\n\nheard two\n\nheard three\n\n');
  await control.close();
  expect(statSync(path(), {throwIfNoEntry: false})).toBeUndefined();
});

it('takes the place of one whose process was killed, and leaves the place to a successor', async () => {
  const first = await serveControl(path(), async () => 'first');
  const second = await serveControl(path(), async () => 'second');
  expect(await askSocket(path(), 'who')).toBe('second\n\n');
  await first.close();
  expect(await askSocket(path(), 'who')).toBe('second\n\n');
  await second.close();
});

it('takes nobody’s file away, and no name that the system would cut', async () => {
  writeFileSync(path(), 'a letter');
  await expect(serveControl(path(), async () => '')).rejects.toThrow('is there already and is no socket');
  await expect(serveControl(join(folder, 'x'.repeat(120)), async () => '')).rejects.toThrow('too long');
});

it('ends a connection whose line does not end, and whose answer fails; others go on', async () => {
  const control = await serveControl(path(), async (line) => (line === 'fail' ? Promise.reject(new Error('no')) : line));
  const endless = connect(path());
  const ended = new Promise((resolve) => endless.once('close', resolve));
  endless.on('error', () => undefined).write('x'.repeat(10_000));
  await ended;
  expect(await askSocket(path(), 'fail\n')).toBe('');
  expect(await askSocket(path(), 'well')).toBe('well\n\n');
  await control.close();
});
