/** The modes of `crossfade/router`, each a router of its own with a route of its own, so that they can take turns in one run. */
import pg from 'pg';
import {postgresEngine} from '../src/engine/postgres/postgres-engine.ts';
import {DatabaseUrl} from '../src/model/database-url.ts';
import {createRouter, type Router} from '../src/router/router.ts';
import {systemEffects} from '../src/runner/system-effects.ts';

export const OUTBOX =
  'CREATE TABLE outbox (router uuid, connection int, n bigint NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (router, connection))';
const POOL_MAX = 4;
const LOOK_MS = 20;

export type Addresses = {readonly source: string; readonly target: string};

/** One way to send: what is measured of each is how long the caller waits. */
export type Sender = {
  readonly name: string;
  readonly write: (id: number) => Promise<unknown>;
  readonly transaction: (id: number) => Promise<unknown>;
  readonly read: (id: number) => Promise<unknown>;
  /** Reads that the target has answered, of a router. */
  readonly served: () => number;
  close(): Promise<void>;
};

type Mode = {readonly name: string; readonly reads?: {readonly readPercent: number; readonly shadowPercent: number}};

export const MODES: readonly Mode[] = [
  {name: 'source'},
  {name: 'tokens', reads: {readPercent: 0, shadowPercent: 0}},
  {name: 'shadow 10 %', reads: {readPercent: 0, shadowPercent: 10}},
  {name: 'shadow 100 %', reads: {readPercent: 0, shadowPercent: 100}},
  {name: 'target 100 %', reads: {readPercent: 100, shadowPercent: 0}},
];

const UPDATE = 'UPDATE item SET amount = amount + 1 WHERE id = $1';
const SELECT = 'SELECT * FROM item WHERE id = $1';

export function bareDriver({source}: Addresses): Sender {
  const pool = new pg.Pool({connectionString: source, max: POOL_MAX});
  return {
    name: 'pg',
    write: (id) => pool.query(UPDATE, [id]),
    transaction: async (id) => {
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query(UPDATE, [id]);
      await client.query(UPDATE, [id + 1]);
      await client.query('COMMIT');
      client.release();
    },
    read: (id) => pool.query(SELECT, [id]),
    served: () => 0,
    close: () => pool.end(),
  };
}

/** Its tokens are whole when it returns. `place` keeps the names of several apart. */
export async function routed(addresses: Addresses, {name, reads}: Mode, place: number): Promise<Sender> {
  const migration = {id: `0198c0de-0000-7000-8000-00000000000${place}`, short: `benchr0${place}`, name: `bench ${place}`};
  await writeRoutes(addresses, migration, reads);
  const router = createRouter({...addresses, migration: migration.name, poolMax: POOL_MAX, ...(reads ? {outbox: 'public.outbox'} : {})});
  if (reads) await untilWhole(router);
  return {
    name,
    write: (id) => router.query(UPDATE, [id]),
    transaction: (id) =>
      router.transaction(async ({query}) => {
        await query(UPDATE, [id]);
        await query(UPDATE, [id + 1]);
      }),
    read: (id) => router.read(SELECT, [id]),
    served: () => router.state().dual?.reads.served ?? 0,
    close: () => router.close(),
  };
}

async function writeRoutes(
  addresses: Addresses,
  migration: {id: string; short: string; name: string},
  reads: Mode['reads'],
): Promise<void> {
  const dual = reads ? {dual: {shadowPercent: reads.shadowPercent}} : {};
  const row = {epoch: 1, side: 'source', state: 'open', holdMs: undefined, readPercent: reads?.readPercent ?? 0, ...dual} as const;
  for (const side of ['source', 'target'] as const) {
    const database = postgresEngine.open({url: new DatabaseUrl(addresses[side]), side, migration, effects: systemEffects});
    await database.control.install();
    await database.control.writeRoute(row);
    await database.close();
  }
}

async function untilWhole(router: Router): Promise<void> {
  while (!router.state().dual?.isWhole) {
    await router.read('SELECT 1');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
