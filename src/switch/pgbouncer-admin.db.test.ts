import {test} from 'vitest';
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
  const command = new PgBouncerAdmin(proxy.through(url), recordingEffects({clock})).command('SELECT 1');
  await untilTrue('it waits for the goodbye', () => isAnswered && time.sleepers() > 0);
  await time.advance(1_000);
  await command;
  proxy.set(undefined);
  await untilTrue('its connection is gone', () => proxy.connections === 0);
});
