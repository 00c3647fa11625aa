import pg from 'pg';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {postgresServer} from '../../test/support/servers.ts';
import type {Side} from '../model/side.ts';
import {createRouter, outcomeOf, type Router, type RouterOptions, TransactionAborted} from './router.ts';

let open: (() => Promise<unknown>)[] = [];
let urls: Record<Side, string>;
let admin: Record<Side, pg.Client>;
let version = 0;

beforeEach(async () => {
  const [source, target] = await Promise.all([postgresServer({version: 17}), postgresServer({version: 18})]);
  urls = {source: await source.createDatabase(), target: await target.createDatabase()};
  admin = {source: await connect(urls.source), target: await connect(urls.target)};
  for (const side of ['source', 'target'] as const) await admin[side].query('CREATE TABLE note (text text)');
});

afterEach(async () => {
  for (const close of open.reverse()) await close();
  open = [];
});

test('everything goes to the source before a migration is prepared', async () => {
  const router = newRouter();
  await router.query('INSERT INTO note VALUES ($1)', ['a']);
  expect(await notes('source')).toEqual(['a']);
  expect(router.state()).toMatchObject({side: 'source', isHeld: false, sides: {source: {isConnected: true}, target: {isConnected: true}}});
});

test('while held, running transactions finish, new ones wait, and go to the new side', async () => {
  await prepare();
  const router = newRouter();
  const inside = gate();
  const goOn = gate();
  const running = router.transaction(async ({query, side}) => {
    inside.open();
    await goOn.passed;
    await query(`INSERT INTO note VALUES ('running')`);
    return side;
  });
  await inside.passed;
  await write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
  await until(() => router.state().isHeld);
  const waiting = router.transaction(async ({query, side}) => {
    await query(`INSERT INTO note VALUES ('waiting')`);
    return side;
  });
  await until(() => router.state().waiting === 1);
  goOn.open();
  expect(await running).toBe('source');
  expect(router.state().waiting).toBe(1);
  await write('target', {epoch: 2, side: 'target', state: 'open'});
  expect(await waiting).toBe('target');
  expect(await notes('source')).toEqual(['running']);
  expect(await notes('target')).toEqual(['waiting']);
});

test('an aborted attempt opens the source again', async () => {
  await prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  await write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
  await until(() => router.state().isHeld);
  await write('source', {epoch: 2, side: 'source', state: 'open'});
  await router.query(`INSERT INTO note VALUES ('again')`);
  expect(await notes('source')).toEqual(['again']);
});

test('a hold ends by itself when nobody ends it', async () => {
  await prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  await write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 1500});
  await until(() => router.state().epoch === 2);
  await router.query(`INSERT INTO note VALUES ('after')`);
  const {rows} = await admin.source.query(`SELECT clock_timestamp() >= hold_until AS "isOver" FROM crossfade.route`);
  expect(rows).toEqual([{isOver: true}]);
  expect(await notes('source')).toEqual(['after']);
});

test('a refused statement waits for the next route and is sent again', async () => {
  await prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  await fence('source');
  const refused = router.query(`INSERT INTO note VALUES ('refused')`);
  await until(async () => (await refusals()) > 0);
  await write('target', {epoch: 2, side: 'target', state: 'open'});
  await refused;
  expect(await notes('source')).toEqual([]);
  expect(await notes('target')).toEqual(['refused']);
});

test('the fence row that is released lets the statement through on the same side', async () => {
  await prepare();
  const router = newRouter();
  await fence('source');
  const refused = router.query(`INSERT INTO note VALUES ('patient')`);
  await until(async () => (await refusals()) > 0);
  await admin.source.query('DROP TRIGGER fence ON note');
  await refused;
  expect(await notes('source')).toEqual(['patient']);
});

test('a refused transaction is rolled back and runs again only when it may', async () => {
  await prepare();
  const router = newRouter();
  await router.query('CREATE TABLE other (text text)');
  await fence('source');
  await admin.target.query('CREATE TABLE other (text text)');
  let runs = 0;
  const act: Parameters<Router['transaction']>[0] = async ({query}) => {
    runs += 1;
    await query(`INSERT INTO other VALUES ('x')`);
    await query(`INSERT INTO note VALUES ('x')`);
  };
  const error = await router.transaction(act).catch((refused: unknown) => refused);
  expect(error).toMatchObject({code: '25006'});
  expect(outcomeOf(error)).toBe('failed');
  expect(runs).toBe(1);
  const repeated = router.transaction(act, {retryRefused: true});
  await until(() => runs > 1);
  await write('target', {epoch: 2, side: 'target', state: 'open'});
  await repeated;
  expect((await admin.source.query('SELECT * FROM other')).rowCount).toBe(0);
  expect((await admin.target.query('SELECT * FROM other')).rowCount).toBe(1);
});

test('after its time the refusal goes to the caller', async () => {
  await prepare();
  await fence('source');
  const router = newRouter({refusedWaitMs: 100});
  await expect(router.query(`INSERT INTO note VALUES ('x')`)).rejects.toMatchObject({code: '25006'});
});

test('the watch comes back after its connections were cut and finds the change it missed', async () => {
  await prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  for (const side of ['source', 'target'] as const) await cut(side, 'crossfade-router-watch');
  await write('target', {epoch: 2, side: 'target', state: 'open'});
  await until(() => router.state().side === 'target');
  await router.query(`INSERT INTO note VALUES ('found')`);
  expect(await notes('target')).toEqual(['found']);
});

test('a connection that is lost before COMMIT is a failure, and is not sent again', async () => {
  await prepare();
  const router = newRouter();
  let runs = 0;
  const cutOff = router.transaction(async ({query}) => {
    runs += 1;
    await query(`INSERT INTO note VALUES ('x')`);
    await cut('source', 'crossfade-router');
    await query('SELECT 1');
  });
  const error = await cutOff.catch((lost: unknown) => lost);
  expect(error).toBeInstanceOf(Error);
  expect(outcomeOf(error)).toBe('failed');
  expect(runs).toBe(1);
  expect(await notes('source')).toEqual([]);
});

test('a transaction whose error was swallowed is not taken for committed', async () => {
  const router = newRouter();
  const swallowed = router.transaction(async ({query}) => {
    await query('SELECT 1/0').catch(() => undefined);
  });
  await expect(swallowed).rejects.toBeInstanceOf(TransactionAborted);
});

test('when the source does not answer, the target says where to go', async () => {
  await prepare();
  await write('target', {epoch: 2, side: 'target', state: 'open'});
  const router = newRouter({source: 'postgres://nobody:x@127.0.0.1:1/none'});
  await router.query(`INSERT INTO note VALUES ('alone')`);
  expect(await notes('target')).toEqual(['alone']);
  expect(router.state().sides.source.isConnected).toBe(false);
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  open.push(() => client.end());
  return client;
}

function newRouter(options: Partial<RouterOptions> = {}): Router {
  const router = createRouter({...urls, migration: 'shop', poolMax: 4, ...options});
  open.push(() => router.close());
  return router;
}

async function prepare(): Promise<void> {
  for (const side of ['source', 'target'] as const) {
    await admin[side].query(`
      CREATE SCHEMA crossfade;
      CREATE TABLE crossfade.route (migration text PRIMARY KEY, name text NOT NULL, epoch bigint NOT NULL, version bigint NOT NULL,
        side text NOT NULL, state text NOT NULL, hold_until timestamptz, read_percent int NOT NULL)`);
    await write(side, {epoch: 1, side: 'source', state: 'open'});
  }
}

type Written = {readonly epoch: number; readonly side: Side; readonly state: 'open' | 'hold'; readonly holdMs?: number};

/** As the engine writes it: one statement with its notification. */
async function write(on: Side, {epoch, side, state, holdMs}: Written): Promise<void> {
  version += 1;
  await admin[on].query(
    `WITH written AS (
       INSERT INTO crossfade.route VALUES ('m1', 'shop', $1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5::float8 / 1000), 0)
       ON CONFLICT (migration) DO UPDATE SET epoch = excluded.epoch, version = excluded.version, side = excluded.side,
         state = excluded.state, hold_until = excluded.hold_until RETURNING 1)
     SELECT pg_notify('crossfade_route', 'shop') FROM written`,
    [epoch, version, side, state, holdMs ?? null],
  );
}

/** Refuses as the real fence does, and counts: a sequence keeps its value when the statement is rolled back. */
async function fence(side: Side): Promise<void> {
  await admin[side].query(`
    CREATE SEQUENCE refusals;
    CREATE FUNCTION fence() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM nextval('refusals'); RAISE EXCEPTION 'crossfade: % is closed', TG_TABLE_NAME USING ERRCODE = '25006'; END $$;
    CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON note FOR EACH STATEMENT EXECUTE FUNCTION fence()`);
}

async function refusals(): Promise<number> {
  const {rows} = await admin.source.query<{count: string}>(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM refusals`);
  return Number(rows[0]?.count);
}

async function cut(side: Side, application: string): Promise<void> {
  await admin[side].query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
    [application],
  );
}

async function notes(side: Side): Promise<string[]> {
  const {rows} = await admin[side].query<{text: string}>('SELECT text FROM note ORDER BY text');
  return rows.map(({text}) => text);
}

/** Waits for a fact; the test's own time limit ends it. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

function gate(): {readonly passed: Promise<void>; open(): void} {
  const {promise, resolve} = Promise.withResolvers<void>();
  return {passed: promise, open: resolve};
}
