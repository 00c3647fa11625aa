import {mkdtempSync, rmSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {realEffects, recordingEffects} from '../../test/support/effects.ts';
import {untilTrue} from '../../test/support/until.ts';
import {HaproxyConsole} from './haproxy-console.ts';

let folder: string;
let server: Server;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfade-console-'));
});
afterEach(() => {
  server.close();
  rmSync(folder, {recursive: true});
});

/** A socket like HAProxy's: it reads one command and does what the test says. */
async function answering(answer: (socket: Socket, command: string) => void): Promise<string> {
  const path = join(folder, 'admin.sock');
  server = createServer((socket) => {
    socket.on('error', () => {}); // one that had enough of it
    socket.once('data', (data) => answer(socket, String(data)));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

test('one that falls silent is given up after its limit, and its connection is gone', async () => {
  let connection: Socket | undefined;
  let isGone = false;
  const path = await answering((socket) => {
    connection = socket;
    socket.once('close', () => (isGone = true));
    socket.write('# half an ans');
  });
  const clock = fakeClock();
  const asked = new HaproxyConsole(path, recordingEffects({clock})).ask('show stat shop 4 -1');
  const failure = expect(asked).rejects.toMatchObject({code: 'CF-CONN-001', message: expect.stringContaining('no answer within 5000 ms')});
  await untilTrue('it waits', () => connection !== undefined && clock.sleepers() > 0);
  await clock.advance(5_000);
  await failure;
  await untilTrue('its connection is gone', () => isGone);
});

test.each([
  ['nothing at all, as a process that dies does', '', /ended without an answer/],
  ['a word of refusal', 'Permission denied\n\n', /did not carry out set server a\/b state maint: Permission denied/],
  ['no end', 'x'.repeat(2_000_000), /more than 1048576 characters/],
])('a command that is answered with %s was not carried out', async (_what, answer, message) => {
  const path = await answering((socket) => socket.end(answer));
  await expect(new HaproxyConsole(path, realEffects()).command('set server a/b state maint')).rejects.toThrow(message);
});

test('a command is one line, its success an empty one, and both are a point', async () => {
  const commands: string[] = [];
  const path = await answering((socket, command) => {
    commands.push(command);
    socket.end('\n');
  });
  const effects = realEffects();
  await new HaproxyConsole(path, effects).command('set server a/b state ready');
  expect(commands).toEqual(['set server a/b state ready\n']);
  expect(effects.points).toEqual([{kind: 'admin.command', label: `haproxy set server a/b state ready at ${path}`}]);
});

test('it is reached by host and port too', async () => {
  server = createServer((socket) => socket.once('data', () => socket.end('here\n')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await new HaproxyConsole(`127.0.0.1:${port}`, realEffects()).ask('show info')).toBe('here\n');
});
