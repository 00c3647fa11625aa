import type {PoolClient} from 'pg';
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {untilTrue} from '../../test/support/until.ts';
import {AnsweringPool} from './answering-pool.ts';

test('a goodbye that nobody answers ends, and no socket is left that would keep the process', async () => {
  const url = await (await postgresServer({version: 18})).createDatabase();
  await using proxy = await openFaultProxy({port: Number(new URL(url).port)});
  const clock = fakeClock();
  const answering = new AnsweringPool({connectionString: proxy.through(url)}, clock);
  const clients: PoolClient[] = [];
  answering.pool.on('connect', (client) => clients.push(client));
  await answering.limited(() => answering.pool.query('SELECT 1'));
  proxy.set({kind: 'silent'});
  const closed = answering.close(() => answering.pool.end());
  await untilTrue('it waits for the answer', () => clock.sleepers() > 0);
  await clock.advance(1_000);
  await closed;
  expect(clients.map(isCut)).toEqual([true]);
});

const isCut = (client: PoolClient): boolean =>
  (client as unknown as {connection: {stream: {destroyed: boolean}}}).connection.stream.destroyed;
