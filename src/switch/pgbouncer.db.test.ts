import {randomBytes} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {afterEach, describe, expect, test} from 'vitest';
import {type SwitchWorld, trafficSwitchConformance} from '../../test/conformance/traffic-switch.ts';
import {fakeClock} from '../../test/support/clock.ts';
import {realEffects, recordingEffects} from '../../test/support/effects.ts';
import {type PgBouncers, pgbouncerProgram, startPgBouncers} from '../../test/support/pgbouncer.ts';
import {optional, postgresServer} from '../../test/support/servers.ts';
import {unusedFacts} from '../../test/support/switch-facts.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import {pgbouncer} from './pgbouncer.ts';
import type {TrafficSwitch} from './traffic-switch.ts';

const program = await optional(pgbouncerProgram);
/** Roles belong to the whole server, which other tests share. */
const USER = {name: `pooled_${randomBytes(4).toString('hex')}`, password: 'pooled'};

type World = SwitchWorld & {
  readonly pool: PgBouncers;
  readonly addresses: Readonly<Record<Side, string>>;
  readonly ports: Readonly<Record<Side, number>>;
  driver(effects: Effects): TrafficSwitch;
};

describe.skipIf(program === undefined)('PgBouncer', () => {
  let world: World | undefined;
  const start = async (pooling: 'transaction' | 'session' = 'transaction', instances = 2): Promise<World> => {
    world = await createWorld(pooling, instances);
    return world;
  };
  afterEach(async () => {
    await world?.end();
    world = undefined;
  });

  trafficSwitchConformance('pgbouncer with two instances', () => createWorld('transaction', 2));

  test('a transaction that does not end is named, the hold stands, and resume gives service back', async () => {
    const {driver, pool, statement} = await start();
    const blocker = await connected(pool.clients[1] ?? '');
    await blocker.query('begin');
    const {rows} = await blocker.query<{pid: number}>('select pg_backend_pid() as pid');
    const one = driver(realEffects());
    await expect(one.hold({epoch: 1, untilMs: 2000})).rejects.toThrow(new RegExp(`user ${USER.name}, server process ${rows[0]?.pid}`));
    expect(await one.observe()).toEqual({side: 'source', held: true});
    expect(await one.heldUpBy?.()).toEqual([rows[0]?.pid]);
    await blocker.query('commit');
    expect(await one.heldUpBy?.()).toEqual([]);
    await one.hold({epoch: 1, untilMs: 5000});
    await one.resume({epoch: 1, side: 'source'});
    expect(await statement()).toBe('source');
    await blocker.end();
  });

  test('clients that stay connected are switched without an error, there and back', async () => {
    const {driver, pool, ports} = await start();
    const one = driver(realEffects());
    await one.observe();
    expect(one.transparent).toBe(true);
    const clients = pool.clients.map(hammer);
    const started = performance.now();
    for (const [epoch, side] of (['target', 'source', 'target'] as const).entries()) {
      await Promise.all(clients.map((client) => client.sees(ports[side === 'target' ? 'source' : 'target'])));
      await one.hold({epoch, untilMs: 5000});
      await one.route({epoch, side});
      await Promise.all(clients.map((client) => client.sees(ports[side])));
    }
    // Well below `server_login_retry`, which logins that a PAUSE cut would otherwise cost.
    expect(performance.now() - started).toBeLessThan(10_000);
    await Promise.all(clients.map((client) => client.stop()));
  });

  test.each(['resume', 'route'] as const)(
    'somebody else who lets go in the same moment, as a watchdog may, is no failure of %s',
    async (act) => {
      const {driver, pool, statement} = await start();
      const one = driver(
        realEffects(async ({kind, label}) => {
          if (kind === 'admin.command' && label.includes('RESUME')) await Promise.allSettled(pool.admins.map(resumeAt));
        }),
      );
      const side = act === 'resume' ? 'source' : 'target';
      await one.hold({epoch: 1, untilMs: 5000});
      await one[act]({epoch: 1, side});
      expect(await one.observe()).toEqual({side, held: false});
      expect(await statement()).toBe(side);
    },
  );

  test('what a runner that died while it let go left behind is put right by the next one', async () => {
    const {driver, pool} = await start();
    await Promise.all(pool.admins.map((admin) => atConsole(admin, 'SET server_login_retry = 0')));
    const one = driver(realEffects());
    await one.hold({epoch: 1, untilMs: 5000});
    await one.resume({epoch: 1, side: 'source'});
    for (const admin of pool.admins) {
      const retry = (await atConsole(admin, 'SHOW CONFIG')).find(({key}) => key === 'server_login_retry');
      expect(Number(retry?.['value'])).toBe(15);
    }
  });

  test('only the address in the file changes, and its owner and mode stay', async () => {
    const {driver, pool, addresses} = await start();
    const {mode, uid, gid} = statSync(pool.config);
    await driver(realEffects()).route({epoch: 1, side: 'target'});
    expect(readFileSync(pool.config, 'utf8')).toBe(`[databases]\nshop = ${addresses.target} pool_size=5\n`);
    expect(statSync(pool.config)).toMatchObject({mode, uid, gid});
  });

  test('where one instance cannot be asked, no client of the others is held', async () => {
    const {driver, pool, statement} = await start();
    await pool.kill(1);
    const effects = realEffects();
    await expect(driver(effects).hold({epoch: 1, untilMs: 5000})).rejects.toMatchObject({code: 'CF-CONN-001'});
    expect(effects.points.map(({label}) => label).filter((label) => label.includes('PAUSE'))).toEqual([]);
    expect(await statement()).toBe('source');
  });

  test('where a console is too slow to let the clients go in time, none is held', async () => {
    const {driver, statement} = await start('transaction', 1);
    const time = fakeClock();
    const effects = recordingEffects({clock: time, point: ({kind}) => (kind === 'admin.command' ? time.advance(700) : undefined)});
    await expect(driver(effects).hold({epoch: 1, untilMs: 5000})).rejects.toThrow(/took 1400 ms .* \(at most 1250 ms\)/);
    expect(effects.points.map(({label}) => label).filter((label) => label.includes('PAUSE'))).toEqual([]);
    expect(await statement()).toBe('source');
  });

  test('an instance that does not answer makes the route unknown, and the others are routed all the same', async () => {
    const {driver, pool, ports} = await start();
    await pool.kill(0);
    const one = driver(realEffects());
    expect(await one.observe()).toEqual({side: 'unknown', held: false, why: expect.stringMatching(/PgBouncer at /)});
    await expect(one.hold({epoch: 1, untilMs: 5000})).rejects.toThrow(/did not carry out SHOW DATABASES: .*ECONNREFUSED/);
    await expect(one.route({epoch: 1, side: 'target'})).rejects.toThrow(/did not carry out RELOAD: .*ECONNREFUSED/);
    expect(await portSeen(pool.clients[1] ?? '')).toBe(ports.target);
  });

  test('session pooling is not transparent: a hold cuts its clients', async () => {
    const {driver, pool} = await start('session');
    const client = await connected(pool.clients[0] ?? '');
    await client.query('select 1');
    const cut = new Promise((resolve) => client.once('end', resolve));
    const one = driver(realEffects());
    await one.observe();
    expect(one.transparent).toBe(false);
    await one.hold({epoch: 1, untilMs: 2000});
    await cut;
    await one.route({epoch: 1, side: 'target'});
    expect(await one.observe()).toEqual({side: 'target', held: false});
  });

  test('a database or a file that is not there is named', async () => {
    const {pool, addresses} = await start('transaction', 1);
    const settings = {
      admin: pool.admins[0],
      database: 'shop',
      config: pool.config,
      sourceHost: addresses.source,
      targetHost: addresses.target,
    };
    const facts = unusedFacts(realEffects());
    await expect(pgbouncer({...settings, database: 'absent'}, facts).resume({epoch: 1, side: 'source'})).rejects.toThrow(
      /no database absent/,
    );
    await expect(pgbouncer({...settings, config: '/absent'}, facts).route({epoch: 1, side: 'source'})).rejects.toThrow(
      /could not find .*\/absent/,
    );
    expect(() => pgbouncer({...settings, sourceHost: 'host=only'}, facts)).toThrow(/does not know where the source is/);
  });
});

async function createWorld(pooling: 'transaction' | 'session', instances: number): Promise<World> {
  const [source, target] = await Promise.all([side(17), side(18)]);
  const pool = await startPgBouncers({instances, database: 'shop', address: source.address, user: USER, pooling});
  const settings = {admin: pool.admins, database: 'shop', config: pool.config, sourceHost: source.address, targetHost: target.address};
  let sent = 0;
  return {
    pool,
    addresses: {source: source.address, target: target.address},
    ports: {source: source.port, target: target.port},
    driver: (effects) => pgbouncer(settings, unusedFacts(effects)),
    async statement() {
      const port = await portSeen(pool.clients[sent++ % pool.clients.length] ?? '');
      return port === source.port ? 'source' : 'target';
    },
    waiting: async () => (await Promise.all(pool.admins.map(waitingClients))).reduce((sum, one) => sum + one, 0),
    end: () => pool.stop(),
  };
}

/** A fresh database that the application's user may enter, on the shared server of that version. */
async function side(version: 17 | 18): Promise<{address: string; port: number}> {
  const server = await postgresServer({version});
  const url = new URL(await server.createDatabase());
  const client = await connected(url.href);
  const {rowCount} = await client.query('select from pg_roles where rolname = $1', [USER.name]);
  if (!rowCount) await client.query(`create role ${USER.name} login password '${USER.password}'`);
  await client.end();
  return {address: `host=127.0.0.1 port=${url.port} dbname=${url.pathname.slice(1)}`, port: Number(url.port)};
}

/** An error where nothing is paused any more. */
const resumeAt = (admin: string): Promise<unknown> => atConsole(admin, 'RESUME shop');

async function atConsole(admin: string, command: string): Promise<Record<string, unknown>[]> {
  const client = await connected(admin);
  const {rows} = await client.query<Record<string, unknown>>(command).finally(() => void client.end());
  return rows;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  // A connection that is cut on purpose; its query reports it too.
  client.on('error', () => {});
  await client.connect();
  return client;
}

const portOf = async (client: pg.Client): Promise<number> => {
  const {rows} = await client.query<{port: number}>('select inet_server_port() as port');
  return rows[0]?.port ?? 0;
};

async function portSeen(url: string): Promise<number> {
  const client = await connected(url);
  try {
    return await portOf(client);
  } finally {
    await client.end();
  }
}

/** One statement after the other on one connection; a single error ends the test. */
function hammer(url: string): {sees(port: number): Promise<void>; stop(): Promise<void>} {
  let [last, stopped] = [0, false];
  const done = (async () => {
    const client = await connected(url);
    while (!stopped) last = await portOf(client);
    await client.end();
  })();
  return {
    async sees(port) {
      while (last !== port) await Promise.race([sleep(2), done]);
    },
    async stop() {
      stopped = true;
      await done;
    },
  };
}

async function waitingClients(admin: string): Promise<number> {
  const rows = await atConsole(admin, 'SHOW POOLS');
  return rows.filter((row) => row['database'] === 'shop').reduce((sum, row) => sum + Number(row['cl_waiting']), 0);
}
