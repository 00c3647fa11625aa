/** What throttles measure, on real servers: a replica that stops following, connections, statements, a service that goes away. */
import {Client} from 'pg';
import {expect, test} from 'vitest';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {httpService} from '../../test/support/http-server.ts';
import {ownPostgresServer, postgresServer} from '../../test/support/servers.ts';
import {realEffects} from '../../test/support/effects.ts';
import {standbyOf} from '../../test/support/standby.ts';
import {storyDatabase} from '../../test/support/story-database.ts';
import {until, untilTrue} from '../../test/support/until.ts';
import {postgresEngine} from '../engine/postgres/postgres-engine.ts';
import {sendRequest} from '../gate/http-request.ts';
import {DatabaseUrl} from '../model/database-url.ts';
import {throttles} from './throttles.ts';
import type {Reading, World} from './throttle.ts';

const worldOf = ({database}: TestSide): World => ({
  load: {source: database.load, target: database.load},
  replica: async (url) => {
    const replica = postgresEngine.open({
      url: new DatabaseUrl(url),
      side: 'source',
      migration: {id: 'throttle', short: 'throttle', name: 'throttle'},
      effects: realEffects(),
    });
    return {name: new URL(url).port, load: replica.load, close: () => replica.close()};
  },
  hasReached: (followed, written) => postgresEngine.comparePositions(followed, written) >= 0,
  ask: (_, query, limits) => database.ask(query, limits),
  get: (url, limitMs) => sendRequest({method: 'GET', url, limitMs}, new AbortController().signal),
  clock: realEffects().clock,
});

test('replica-lag: the slowest of several counts; one that cannot be read is a no, listed or named by the source', async () => {
  const primary = await ownPostgresServer({version: 17});
  const [one, other] = [await standbyOf(primary, 'one'), await standbyOf(primary, 'other')];
  const side = await openSide('source', primary.url);
  const standby = await storyDatabase(other.url);
  const listed = throttles['replica-lag']({max: 1_000, replicas: [one.url, other.url]}, worldOf(side));
  const named = throttles['replica-lag']({max: 1_000}, worldOf(side));
  try {
    await side.run('CREATE TABLE public.t (id int)');
    await untilTrue('both follow', async () => (await listed.measure(1_000)).go && (await named.measure(1_000)).go);
    await standby.run('SELECT pg_wal_replay_pause()');
    await side.run('INSERT INTO public.t VALUES (1)');
    const behind = await until('the one that stands still is found', async () => {
      const [a, b]: readonly [Reading, Reading] = [await listed.measure(1_000), await named.measure(1_000)];
      return a.go || b.go ? undefined : a;
    });
    expect(behind).toMatchObject({
      words: expect.stringMatching(/^replica \d+ [1-9]\d*\.\ds > 1s$/),
      owner: expect.stringContaining(new URL(other.url).port),
    });
    expect((await listed.measure(86_400_000)).go).toBe(true); // as an operator may set it
    await standby.run('SELECT pg_wal_replay_resume()');
    await untilTrue('it follows again', async () => (await listed.measure(1_000)).go && (await named.measure(1_000)).go);
    await other.cutOff();
    await expect(listed.measure(1_000)).rejects.toThrow(/replica 2 of 2 cannot be read/);
    await untilTrue('the source knows it', async () =>
      named.measure(1_000).then(
        () => false,
        (error: unknown) => String(error).includes('follows the source no more'),
      ),
    );
  } finally {
    await Promise.allSettled([listed.close?.(), named.close?.(), standby.close()]);
    await one.cutOff();
    await side.close();
  }
});

test('connections, statements, a query and a service, each against its limit', async () => {
  const server = await postgresServer({version: 17, settings: {shared_preload_libraries: 'pg_stat_statements'}});
  const url = await server.createDatabase();
  const side = await openSide('source', url);
  const world = worldOf(side);
  try {
    const connections = throttles['connection-load']({max: 100}, world);
    expect(await connections.measure(100)).toMatchObject({
      go: true,
      words: expect.stringMatching(/^connections \d+% of 100% on the (source|target) \(\d+ of \d+\)$/),
    });
    expect(await connections.measure(0)).toMatchObject({go: false, words: expect.stringContaining('% > 0%')});

    const timed = throttles['statement-latency']({max: 1, query: 'SELECT pg_sleep(0.05)'}, world);
    expect(await timed.measure(20)).toMatchObject({go: false, words: expect.stringMatching(/ms > 20ms on the source$/)});
    expect((await timed.measure(86_400_000)).go).toBe(true);
    const counted = throttles['statement-latency']({max: 1}, world);
    await expect(counted.measure(1)).rejects.toThrow(/CREATE EXTENSION pg_stat_statements/);
    const guest = `guest_${new URL(url).pathname.slice(1)}`;
    await side.run('CREATE EXTENSION pg_stat_statements', `CREATE ROLE ${guest} LOGIN SUPERUSER PASSWORD 'guest'`);
    expect((await counted.measure(1)).go).toBe(true); // the first look only counts
    const client = new Client({connectionString: Object.assign(new URL(url), {username: guest, password: 'guest'}).href});
    await client.connect();
    await client.query('SELECT pg_sleep(0.05)');
    await client.end();
    expect(await counted.measure(20)).toMatchObject({go: false, words: expect.stringMatching(/^statements take \d+\.\dms > 20ms/)});
    expect(await counted.measure(20)).toEqual({go: true, words: 'no statement of others has ended since the last look'});
    await side.run(`DROP ROLE ${guest}`);

    const queue = throttles.sql({query: 'SELECT 12', max: 10, name: 'the queue'}, world);
    expect(await queue.measure(10)).toMatchObject({go: false, words: 'the queue 12 > 10'});
    expect((await queue.measure(12)).go).toBe(true);
    await expect(throttles.sql({query: `SELECT 'much'`, max: 1}, world).measure(1)).rejects.toThrow(/no single number/);

    let status = 200;
    const service = await httpService((_, response) => void response.writeHead(status).end('7\n'));
    const asked = throttles.http({url: service.url, max: 7, name: 'the queue'}, world);
    expect(await asked.measure(7)).toMatchObject({go: true, words: 'the queue 7 of 7'});
    expect(await asked.measure(6)).toMatchObject({go: false, words: 'the queue 7 > 6'});
    status = 503;
    expect(await asked.measure(7)).toMatchObject({go: false, words: 'the queue answered 503'});
    await service[Symbol.asyncDispose]();
    await expect(asked.measure(7)).rejects.toThrow(/gave no answer/);
  } finally {
    await side.close();
  }
});
