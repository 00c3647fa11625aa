/** Statements that clients prepared by name, with a PgBouncer that carries them from server to server (1.21 and later). */
import {randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {afterEach, describe, expect, test} from 'vitest';
import {realEffects} from '../../test/support/effects.ts';
import {newerPgbouncerProgram, type PgBouncers, startPgBouncers} from '../../test/support/pgbouncer.ts';
import {ifHad, postgresServer} from '../../test/support/servers.ts';
import {unusedFacts} from '../../test/support/switch-facts.ts';
import {pgbouncer} from './pgbouncer.ts';
import type {TrafficSwitch} from './traffic-switch.ts';

const program = await ifHad(newerPgbouncerProgram);
/** Roles belong to the whole server, which other tests share. */
const USER = {name: `prepared_${randomBytes(4).toString('hex')}`, password: 'pooled'};
const ROUTES = ['target', 'source', 'target'] as const;

describe.skipIf(program === undefined)('what clients prepared by name', () => {
  let pool: PgBouncers | undefined;
  afterEach(() => pool?.stop());

  async function start(
    keptMax: number,
  ): Promise<{one: TrafficSwitch; ports: Readonly<Record<'source' | 'target', number>>; client: string}> {
    const [source, target] = await Promise.all([side(17), side(18)]);
    const settings = `max_prepared_statements = ${keptMax}`;
    const request = {instances: 1, database: 'shop', address: source.address, user: USER, pooling: 'transaction', settings} as const;
    pool = await startPgBouncers({...request, ...(program ? {program} : {})});
    const addresses = {sourceHost: source.address, targetHost: target.address};
    const one = pgbouncer({admin: pool.admins, database: 'shop', config: pool.config, ...addresses}, unusedFacts(realEffects()));
    return {one, ports: {source: source.port, target: target.port}, client: pool.clients[0] ?? ''};
  }

  test('is carried over by PgBouncer, there, back and there again, while it is used all the time (H-101)', async () => {
    const {one, ports, client} = await start(100);
    const clients = await Promise.all(Array.from({length: 4}, () => useAllTheTime(client)));
    for (const [epoch, side] of ROUTES.entries()) {
      await one.hold({epoch, untilMs: 5000});
      await one.route({epoch, side});
      await Promise.all(clients.map((each) => each.sees(ports[side])));
    }
    for (const each of clients) expect(await each.stop()).toEqual([]);
  });

  test('is unknown to the other side where PgBouncer carries nothing over: an error, and nothing done (H-101)', async () => {
    const {one, ports, client} = await start(0);
    const used = await useAllTheTime(client);
    await used.sees(ports.source);
    await one.hold({epoch: 1, untilMs: 5000});
    await one.route({epoch: 1, side: 'target'});
    while (used.errors.length === 0) await sleep(2);
    const errors = await used.stop();
    expect(new Set(errors)).toEqual(new Set(['26000']));
    // Under a new name, as on a new connection, the same client goes on.
    const again = await useAllTheTime(client);
    await again.sees(ports.target);
    expect(await again.stop()).toEqual([]);
  });
});

type Used = {readonly errors: readonly string[]; sees(port: number): Promise<void>; stop(): Promise<readonly string[]>};

/** One connection, one statement that is parsed once and then only bound; `errors` are SQLSTATEs. */
async function useAllTheTime(url: string): Promise<Used> {
  const client = new pg.Client(url);
  client.on('error', () => {}); // its query reports it too
  await client.connect();
  const name = `where_${randomBytes(4).toString('hex')}`;
  const errors: string[] = [];
  let [last, stopped] = [0, false];
  const done = (async () => {
    for (let number = 1; !stopped; number += 1) {
      try {
        const {rows} = await client.query<{port: number; number: number}>({
          name,
          text: 'select inet_server_port() as port, $1::int as number',
          values: [number],
        });
        expect(rows[0]?.number).toBe(number);
        last = rows[0]?.port ?? 0;
      } catch (error) {
        errors.push(error instanceof pg.DatabaseError ? (error.code ?? '') : String(error));
      }
      await sleep(1);
    }
    await client.end();
  })();
  return {
    errors,
    async sees(port) {
      while (last !== port) await Promise.race([sleep(2), done]);
    },
    async stop() {
      stopped = true;
      await done;
      return errors;
    },
  };
}

async function side(version: 17 | 18): Promise<{address: string; port: number}> {
  const url = new URL(await (await postgresServer({version})).createDatabase());
  const client = new pg.Client(url.href);
  await client.connect();
  const {rowCount} = await client.query('select from pg_roles where rolname = $1', [USER.name]);
  if (!rowCount) await client.query(`create role ${USER.name} login password '${USER.password}'`);
  await client.end();
  return {address: `host=127.0.0.1 port=${url.port} dbname=${url.pathname.slice(1)}`, port: Number(url.port)};
}
