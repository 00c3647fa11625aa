import pg from 'pg';
import {expect, test} from 'vitest';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {untilTrue} from '../../test/support/until.ts';
import {goodbye} from './pg-goodbye.ts';

test('a goodbye that nobody answers ends, and no socket is left that would keep the process', async () => {
  const url = await (await postgresServer({version: 18})).createDatabase();
  await using proxy = await openFaultProxy({port: Number(new URL(url).port)});
  const [answered, unanswered] = await Promise.all([0, 1].map(() => connect(proxy.through(url))));
  if (!answered || !unanswered) throw new Error('two connections were opened');
  await goodbye(answered);
  proxy.set({kind: 'silent'});
  await goodbye(unanswered);
  expect(socketOf(unanswered).destroyed).toBe(true);
  proxy.set(undefined);
  await untilTrue('both are gone', () => proxy.connections === 0);
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  return client;
}

const socketOf = (client: pg.Client): {readonly destroyed: boolean} =>
  (client as unknown as {connection: {stream: {destroyed: boolean}}}).connection.stream;
