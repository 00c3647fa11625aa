import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type TestSide, openSide} from '../../test/support/databases.ts';
import {realEffects} from '../../test/support/effects.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {untilTrue} from '../../test/support/until.ts';
import {router} from '../../src/switch/router.ts';
import {type App, startApp} from './app.ts';

const MIGRATION = {id: '0198c0de-0000-7000-8000-00000000ab00', short: '0198c0de', name: 'guest-book'};

let source: TestSide;
let target: TestSide;
let app: App;
let address: string;

beforeEach(async () => {
  const [older, newer] = await Promise.all([postgresServer({version: 17}), postgresServer({version: 18})]);
  source = await openSide('source', await older.createDatabase(), MIGRATION);
  target = await openSide('target', await newer.createDatabase(), MIGRATION);
  for (const side of [source, target]) await side.run('CREATE TABLE guest (id bigserial PRIMARY KEY, name text NOT NULL)');
  app = startApp({source: source.url, target: target.url, migration: MIGRATION.name, port: 0});
  await once(app.server, 'listening');
  address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await app.close();
  await source.close();
  await target.close();
});

test('guests sign before there is a plan, wait while it is moved, and go on at the new side', async () => {
  expect(await sign('ann')).toBe('ann\n');
  const facts = {
    source: source.database,
    target: target.database,
    migration: MIGRATION,
    effects: realEffects(),
    resolveSecret: async () => '',
  };
  for (const {control} of [source.database, target.database]) await control.install();
  const traffic = router({}, facts);
  await traffic.hold({epoch: 1001, untilMs: 20_000});
  // No fence stands in this test, which would send back what comes before the router has heard of the hold.
  await untilTrue('the application holds', () => app.router.state().isHeld);
  const waiting = sign('bob');
  await traffic.route({epoch: 1001, side: 'target'});
  expect(await waiting).toBe('bob\n');
  expect([
    await source.value('SELECT string_agg(name, $$ $$) FROM guest'),
    await target.value('SELECT string_agg(name, $$ $$) FROM guest'),
  ]).toEqual(['ann', 'bob']);
});

const sign = async (name: string): Promise<string> => (await fetch(`${address}/${name}`, {method: 'POST'})).text();
