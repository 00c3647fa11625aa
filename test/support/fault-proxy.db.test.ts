/** The proxy that the fault tests rest on, tried between a real client and a real server. */
import pg from 'pg';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type Fault, type FaultProxy, openFaultProxy} from './fault-proxy.ts';
import {postgresServer} from './servers.ts';
import {type StoryDatabase, storyDatabase} from './story-database.ts';
import {untilTrue} from './until.ts';

let direct: StoryDatabase;
let proxy: FaultProxy;
const clients: pg.Client[] = [];

beforeEach(async () => {
  direct = await storyDatabase(await (await postgresServer({version: 18})).createDatabase());
  await direct.run('CREATE TABLE letters (id int PRIMARY KEY)');
  proxy = await openFaultProxy({port: direct.port, strikes: (first) => !first.includes('spared')});
});
afterEach(async () => {
  proxy.set(undefined);
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
  await proxy[Symbol.asyncDispose]();
  await direct.close();
});

async function client(name = 'struck'): Promise<pg.Client> {
  const one = new pg.Client({connectionString: proxy.through(direct.url), application_name: name});
  one.on('error', () => undefined); // the statement under way has it
  await one.connect();
  clients.push(one);
  return one;
}

const count = async (one: pg.Client): Promise<number> =>
  Number((await one.query<{n: string}>('SELECT count(*) AS n FROM letters')).rows[0]?.n);
const answered = (work: Promise<unknown>): (() => boolean) => {
  let isAnswered = false;
  const end = (): void => void (isAnswered = true);
  work.then(end, end);
  return () => isAnswered;
};

test('what is sent into silence arrives when it is over, and the client is not told before', async () => {
  const one = await client();
  proxy.set({kind: 'silent'});
  const insert = one.query('INSERT INTO letters VALUES (1)');
  const isAnswered = answered(insert);
  await direct.value('SELECT pg_sleep(0.2)::text');
  expect([isAnswered(), await direct.value('SELECT count(*) FROM letters')]).toEqual([false, '0']);
  proxy.set(undefined);
  await insert;
  expect(await count(one)).toBe(1);
});

test('silence one way only: the server has done it, and nobody says so', async () => {
  const one = await client();
  proxy.set({kind: 'silent', ways: ['back']});
  const insert = one.query('INSERT INTO letters VALUES (1)');
  const isAnswered = answered(insert);
  await untilTrue('the server has done it', async () => (await direct.value('SELECT count(*) FROM letters')) === '1');
  expect(isAnswered()).toBe(false);
  proxy.set(undefined);
  await insert;
});

test('a client that leaves in the silence is there for the server until it is over', async () => {
  const one = await client();
  const there = () =>
    direct.value(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'struck' AND datname = current_database()`);
  proxy.set({kind: 'silent'});
  (one as unknown as {connection: {stream: {destroy(): void}}}).connection.stream.destroy();
  await direct.value('SELECT pg_sleep(0.2)::text');
  expect(await there()).toBe('1');
  proxy.set(undefined);
  await untilTrue('the server knows', async () => (await there()) === '0');
  await untilTrue('and so does the proxy', () => proxy.connections === 0);
});

test('a request is cut off from its answer once, and has been carried out', async () => {
  const one = await client();
  proxy.set({kind: 'cut', after: 'COMMIT'});
  await one.query('BEGIN');
  await one.query('INSERT INTO letters VALUES (1)');
  await expect(one.query('COMMIT')).rejects.toThrow(/ECONNRESET|terminated/);
  expect([await direct.value('SELECT count(*) FROM letters'), proxy.cuts]).toEqual(['1', 1]);
  await (await client()).query('BEGIN; INSERT INTO letters VALUES (2); COMMIT');
});

test.each<Fault>([{kind: 'silent'}, {kind: 'silent', ways: ['there']}, {kind: 'slices'}, {kind: 'latency', ms: 1e9}])(
  'whoever is spared may come while there is $kind',
  async (fault) => {
    proxy.set(fault);
    expect(await count(await client('spared'))).toBe(0);
  },
);

test('reset is for those that are there and for those that come, and not for who is spared', async () => {
  const [one, spared] = [await client(), await client('spared')];
  const long = one.query('SELECT pg_sleep(600)');
  const broken = expect(long).rejects.toThrow(/ECONNRESET|terminated/);
  proxy.set({kind: 'reset'});
  await broken;
  await expect(client()).rejects.toThrow(/ECONNRESET|terminated/);
  expect([await count(spared), await count(await client('spared'))]).toEqual([0, 0]);
});

test.each([{kind: 'slices'}, {kind: 'latency', ms: 20, jitterMs: 20}, {kind: 'slow', bytesPerSecond: 64_000}] as const)(
  '$kind: everything arrives whole and in order',
  async (fault) => {
    const one = await client();
    proxy.set(fault);
    const text = Array.from({length: 3000}, (_, i) => i).join(' ');
    expect((await one.query<{t: string}>('SELECT $1::text AS t', [text])).rows[0]?.t === text).toBe(true);
  },
);

test('more than the proxy holds waits at its sender, and is whole after silence', async () => {
  const one = await client();
  const long = one.query<{n: string; t: string}>(`SELECT n, repeat('x', 1000) AS t FROM generate_series(1, 20000) AS n`);
  proxy.set({kind: 'silent', ways: ['back']});
  await direct.value('SELECT pg_sleep(0.2)::text');
  proxy.set(undefined);
  const {rows} = await long;
  expect([rows.length, rows.reduce((sum, {t}) => sum + t.length, 0)]).toEqual([20_000, 20_000_000]);
});
