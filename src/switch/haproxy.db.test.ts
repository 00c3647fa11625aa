import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import pg from 'pg';
import {afterEach, describe, expect, test} from 'vitest';
import {type SwitchWorld, trafficSwitchConformance} from '../../test/conformance/traffic-switch.ts';
import {realEffects} from '../../test/support/effects.ts';
import {type Haproxies, haproxyCommand, startHaproxies} from '../../test/support/haproxy.ts';
import {optional, postgresServer} from '../../test/support/servers.ts';
import {unusedFacts} from '../../test/support/switch-facts.ts';
import type {Effects} from '../model/effects.ts';
import type {Side} from '../model/side.ts';
import {haproxy} from './haproxy.ts';
import type {TrafficSwitch} from './traffic-switch.ts';

const program = await optional(haproxyCommand);

const LOGIN = {host: '127.0.0.1', database: 'postgres', user: `proxied_${randomBytes(4).toString('hex')}`, password: 'proxied'};

type World = SwitchWorld & {
  readonly proxies: Haproxies;
  driver(effects: Effects): TrafficSwitch;
  /** A client that stays connected, at that instance. */
  client(index: number): Promise<pg.Client>;
};

describe.skipIf(program === undefined)('HAProxy', () => {
  let world: World | undefined;
  const start = async (instances = 1): Promise<World> => {
    world = await createWorld(instances);
    return world;
  };
  afterEach(async () => {
    await world?.end();
    world = undefined;
  });

  trafficSwitchConformance('haproxy with two instances', () => createWorld(2));

  test('a hold cuts the connections to the closing side, and says beforehand that it will', async () => {
    const {driver, client, statement} = await start();
    const one = driver(realEffects());
    const lasting = await client(0);
    const cut = new Promise((resolve) => lasting.once('end', resolve));
    expect(one.transparent).toBe(false);
    expect(await one.foresee?.('target')).toEqual([expect.stringMatching(/cuts every connection to the source/)]);
    await one.hold({epoch: 1, untilMs: 5000});
    await cut;
    const next = statement();
    await one.route({epoch: 1, side: 'target'});
    expect(await next).toBe('target');
  });

  test('both sides never take connections at once, there and back, and there without a hold', async () => {
    const {driver, proxies} = await start();
    const seen: string[] = [];
    const effects = realEffects(async () => {
      const rows = (await proxies.say(0, 'show stat shop 4 -1')).split('\n').slice(1).filter(Boolean);
      const ready = rows.map((row) => row.split(',')).filter((row) => row[17] === 'no check');
      seen.push(ready.map((row) => row[1]).join(' '));
    });
    const one = driver(effects);
    for (const [epoch, side] of (['target', 'source'] as const).entries()) {
      await one.hold({epoch, untilMs: 5000});
      await one.route({epoch, side});
    }
    await one.route({epoch: 3, side: 'target'});
    expect(new Set(seen)).toEqual(new Set(['old', 'old hold', 'hold', 'new hold', 'new']));
  });

  test('one that starts again leads where it led, held or not, and never to the closed side', async () => {
    const {driver, proxies, statement} = await start();
    const one = driver(realEffects());
    await one.hold({epoch: 1, untilMs: 5000});
    await restart(proxies);
    expect(await one.observe()).toEqual({side: 'source', held: true});
    await one.route({epoch: 1, side: 'target'});
    await restart(proxies);
    expect(await one.observe()).toEqual({side: 'target', held: false});
    expect(await statement()).toBe('target');
    expect(readFileSync(proxies.stateFile, 'utf8')).toContain(' shop ');
  });

  test('without a state file a new start leads to what its file says; that is seen, said beforehand, and put right', async () => {
    const {proxies, statement} = await start();
    const {stateFile: _, ...settings} = proxies.settings;
    const one = haproxy(settings, unusedFacts(realEffects()));
    expect(await one.foresee?.('target')).toContainEqual(expect.stringMatching(/after a restart or reload: without stateFile/));
    await one.route({epoch: 1, side: 'target'});
    await restart(proxies);
    expect(await one.observe()).toEqual({side: 'source', held: false});
    await one.route({epoch: 1, side: 'target'});
    expect(await statement()).toBe('target');
  });

  test('what somebody else opened beside the side is neither side, and route closes it', async () => {
    const {driver, proxies} = await start();
    const one = driver(realEffects());
    await proxies.say(0, 'set server shop/new state ready');
    expect(await one.observe()).toEqual({side: 'neither', held: false});
    await expect(one.hold({epoch: 1, untilMs: 5000})).rejects.toThrow(/did not hold: it leads to neither side alone/);
    await one.route({epoch: 1, side: 'source'});
    expect(await one.observe()).toEqual({side: 'source', held: false});
    await proxies.say(0, 'set server shop/old state drain');
    expect(await one.observe()).toEqual({side: 'neither', held: false});
  });

  test('resume after a death in the middle of a route leads to the side that was decided', async () => {
    const {driver, statement} = await start();
    const dies = realEffects(({label}) => {
      if (label.includes('/new state ready')) throw new Error('stopped here');
    });
    const one = driver(dies);
    await one.hold({epoch: 1, untilMs: 5000});
    await expect(one.route({epoch: 1, side: 'target'})).rejects.toThrow('stopped here');
    const other = driver(realEffects());
    expect(await other.observe()).toEqual({side: 'neither', held: true});
    await other.resume({epoch: 2, side: 'source'});
    expect(await statement()).toBe('source');
  });

  test('an instance that does not answer makes the route unknown, and the others are routed all the same', async () => {
    const {driver, proxies, client} = await start(2);
    await proxies.kill(0);
    const one = driver(realEffects());
    expect(await one.observe()).toEqual({side: 'unknown', held: false, why: expect.stringContaining('HAProxy')});
    await expect(one.hold({epoch: 1, untilMs: 5000})).rejects.toThrow(/did not carry out show stat shop 4 -1: .*ECONNREFUSED/);
    expect(await one.observe()).toEqual({side: 'unknown', held: false, why: expect.stringContaining('HAProxy')}); // nobody waits for an attempt that cannot come about
    await expect(one.route({epoch: 1, side: 'target'})).rejects.toThrow(/ECONNREFUSED/);
    const lasting = await client(1);
    expect(await sideOf(lasting)).toBe(18);
    await lasting.end();
  });

  test.each([
    [{backend: 'absent'}, /has no backend absent: No such proxy/],
    [{target: 'absent'}, /has no server absent in the backend shop/],
    [{target: 'old'}, /has a server new in the backend shop that the plan does not name/],
  ])('%o is named', async (wrong, message) => {
    const {proxies} = await start();
    const one = haproxy({...proxies.settings, ...wrong}, unusedFacts(realEffects()));
    expect(await one.observe()).toEqual({side: 'unknown', held: false, why: expect.stringContaining('HAProxy')});
    await expect(one.route({epoch: 1, side: 'target'})).rejects.toThrow(message);
  });
});

async function createWorld(instances: number): Promise<World> {
  const [source, target] = await Promise.all([side(17), side(18)]);
  const proxies = await startHaproxies(instances, {source, target});
  let sent = 0;
  const client = async (index: number): Promise<pg.Client> => {
    const made = new pg.Client({...LOGIN, port: proxies.ports[index] ?? 0});
    made.on('error', () => {}); // cut on purpose; its query reports it too
    await made.connect();
    return made;
  };
  return {
    proxies,
    client,
    driver: (effects) => haproxy(proxies.settings, unusedFacts(effects)),
    async statement(): Promise<Side> {
      const made = await client(sent++ % instances);
      try {
        return (await sideOf(made)) === 17 ? 'source' : 'target';
      } finally {
        await made.end();
      }
    },
    waiting: async () => {
      const counts = await Promise.all(proxies.ports.map(async (_, index) => waitingAt(await proxies.say(index, 'show stat shop 6 -1'))));
      return counts.reduce((sum, one) => sum + one, 0);
    },
    end: () => proxies.stop(),
  };
}

/** Connections of the backend that are not one server's: they try again and again. */
function waitingAt(answer: string): number {
  const rows = answer
    .split('\n')
    .slice(1)
    .map((row) => row.split(','));
  return rows.reduce((sum, row) => sum + (row[1] === 'BACKEND' ? 1 : -1) * Number(row[4] ?? 0), 0);
}

/** What a driver of its own sees: the major version that answers. */
async function sideOf(client: pg.Client): Promise<number> {
  const {rows} = await client.query<{server_version_num: string}>('show server_version_num');
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}

/** A fresh role, which is the same on both servers. Other tests share them, so it enters a database that all have. */
async function side(version: 17 | 18): Promise<number> {
  const url = await (await postgresServer({version})).createDatabase();
  const client = new pg.Client(url);
  await client.connect();
  const {rowCount} = await client.query('select from pg_roles where rolname = $1', [LOGIN.user]);
  if (!rowCount) await client.query(`create role ${LOGIN.user} login password '${LOGIN.password}'`);
  await client.end();
  return Number(new URL(url).port);
}

async function restart(proxies: Haproxies): Promise<void> {
  await proxies.kill(0);
  await proxies.start(0);
}
