import {Client} from 'pg';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {durableJournalContract} from '../../test/conformance/durable-journal.ts';
import {journalContract} from '../../test/conformance/journal.ts';
import {type FakeClock, fakeClock} from '../../test/support/clock.ts';
import {realEffects, recordingEffects} from '../../test/support/effects.ts';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {postgresServer} from '../../test/support/servers.ts';
import type {PostgresServer} from '../../test/support/servers.ts';
import {openStateStore} from './state-store.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await postgresServer({version: 17});
});
const clients: Client[] = [];
afterAll(async () => {
  for (const client of clients) await client.end();
});

async function place() {
  const state = await server.createDatabase();
  return {state, open: (effects: Parameters<typeof openStateStore>[1]) => openStateStore(state, effects), remove: async () => {}};
}

journalContract('a journal in PostgreSQL', place);
durableJournalContract('a journal in PostgreSQL, among processes', place);

test('several openers of an empty database agree on one schema', async () => {
  const {state} = await place();
  const stores = await Promise.all(Array.from({length: 5}, () => openStateStore(state, realEffects())));
  await Promise.all(stores.map((store, index) => store.create(`m${index}`, 'shop')));
  expect(await stores[0]?.migrations()).toHaveLength(5);
  await Promise.all(stores.map((store) => store.close()));
});

test('an entry is durable even where the server commits asynchronously by default', async () => {
  const {state} = await place();
  const client = await connect(state);
  await client.query(`alter database ${new URL(state).pathname.slice(1)} set synchronous_commit = off`);
  const seen: unknown[] = [];
  const store = await openStateStore(state, realEffects());
  const journal = await store.create('m1', 'shop');
  await client.query(`create function crossfade_state.seen() returns trigger language plpgsql as
    $$ begin new.hash := new.hash; perform pg_notify('seen', current_setting('synchronous_commit')); return new; end $$`);
  await client.query('create trigger seen before insert on crossfade_state.entry for each row execute function crossfade_state.seen()');
  client.on('notification', ({payload}) => seen.push(payload));
  await client.query('listen seen');
  await journal.append({type: 'note', text: 'a'});
  await expect.poll(() => seen).toEqual(['on']);
  await store.close();
});

test('what is wrong with the address is said without its password', async () => {
  const refused = new URL(server.url);
  [refused.port, refused.password] = ['1', 'canary-secret'];
  const error: unknown = await openStateStore(refused.href, realEffects()).catch((reason: unknown) => reason);
  expect(error).toMatchObject({code: 'CF-CONN-001', message: expect.stringContaining('***')});
  expect(String(error)).not.toContain('canary-secret');
});

test('a server that has become silent fails the append that waits for it', async () => {
  const {state} = await place();
  await using proxy = await openFaultProxy({port: Number(new URL(state).port)});
  const clock = fakeClock();
  const store = await openStateStore(proxy.through(state), recordingEffects({clock}));
  const journal = await store.create('m1', 'shop');
  await journal.append({type: 'note', text: 'a'});
  proxy.set({kind: 'silent'});
  const append = journal.append({type: 'note', text: 'b'}).catch((error: unknown) => error);
  await silence(clock);
  expect(await append).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('the state at')});
  proxy.set(undefined);
  expect((await journal.entries()).map(({fact}) => fact)).toContainEqual({type: 'note', text: 'a'});
  await store.close();
});

/** Each of the looks that an answer has. */
async function silence(clock: FakeClock): Promise<void> {
  for (let look = 0; look < 4; look++) await clock.advance(5_000);
}

test('a user without the right to create the schema is told which', async () => {
  const {state} = await place();
  const client = await connect(state);
  await client.query(`create role state_reader_${clients.length} login password 'x'`);
  const limited = new URL(state);
  [limited.username, limited.password] = [`state_reader_${clients.length}`, 'x'];
  await expect(openStateStore(limited.href, realEffects())).rejects.toMatchObject({
    code: 'CF-GRANT-001',
    next: expect.stringContaining('grant'),
  });
});

async function connect(url: string): Promise<Client> {
  const client = new Client({connectionString: url});
  clients.push(client);
  await client.connect();
  return client;
}
