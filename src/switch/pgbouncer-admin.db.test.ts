import {once} from 'node:events';
import {type AddressInfo, connect, createServer} from 'node:net';
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {Clock} from '../model/effects.ts';
import {PgBouncerAdmin} from './pgbouncer-admin.ts';

test('a console that falls silent after its answer holds up nobody', async () => {
  const url = await (await postgresServer({version: 18})).createDatabase(); // speaks as a console does
  await using proxy = await openFaultProxy({port: Number(new URL(url).port)});
  const time = fakeClock();
  let isAnswered = false;
  const clock: Clock = {
    ...time,
    sleep(ms, signal) {
      const onAnswer = (): void => {
        isAnswered = true;
        proxy.set({kind: 'silent'});
      };
      signal?.addEventListener('abort', onAnswer, {once: true});
      return time.sleep(ms, signal);
    },
  };
  const console = new PgBouncerAdmin(proxy.through(url), recordingEffects({clock}));
  await console.command('SELECT 1');
  const closed = console.close();
  await untilTrue('it waits for the goodbye', () => isAnswered && time.sleepers() > 0);
  await time.advance(1_000);
  await closed;
  proxy.set(undefined);
  await untilTrue('its connection is gone', () => proxy.connections === 0);
});

test('a command that is late is taken back with its connection, and the next one has a connection of its own', async () => {
  const url = new URL(await (await postgresServer({version: 18})).createDatabase());
  const ends: unknown[] = [];
  const port = Number(url.port);
  const relay = createServer((near) => {
    const far = connect(port, '127.0.0.1', () => near.pipe(far).pipe(near));
    near.on('error', (error: NodeJS.ErrnoException) => far.destroy(void ends.push(error.code)));
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  url.port = String((relay.address() as AddressInfo).port);
  const time = fakeClock();
  const console = new PgBouncerAdmin(url.href, recordingEffects({clock: time}));
  await console.command('SELECT 1');
  const late = expect(console.command('SELECT pg_sleep(100)')).rejects.toThrow('no answer within 5000 ms');
  await untilTrue('it waits', () => time.sleepers() > 0);
  await time.advance(5_000);
  await late;
  // A connection that is closed in peace delivers what was sent before, however late.
  await untilTrue('it was reset', () => ends.length > 0);
  expect(ends).toEqual(['ECONNRESET']);
  await console.command('SELECT 1');
  await console.close();
  relay.close();
});
