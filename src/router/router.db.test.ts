import {afterEach, beforeEach, expect, test} from 'vitest';
import {openRoutedSides, type RoutedSides} from '../../test/support/routed-sides.ts';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {createRouter, outcomeOf, type Router, type RouterOptions, TransactionAborted} from './router.ts';

let open: (() => Promise<unknown>)[] = [];
let sides: RoutedSides;

beforeEach(async () => {
  sides = await openRoutedSides();
  open.push(async () => sides[Symbol.asyncDispose]());
});

afterEach(async () => {
  for (const close of open.reverse()) await close();
  open = [];
});

test('everything goes to the source before a migration is prepared', async () => {
  const router = newRouter();
  await router.query('INSERT INTO note VALUES ($1)', ['a']);
  expect(await sides.notes('source')).toEqual(['a']);
  expect(router.state()).toMatchObject({side: 'source', isHeld: false, sides: {source: {isConnected: true}, target: {isConnected: true}}});
});

test('while held, running transactions finish, new ones wait, and go to the new side', async () => {
  await sides.prepare();
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
  await sides.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
  await until(() => router.state().isHeld);
  const waiting = router.transaction(async ({query, side}) => {
    await query(`INSERT INTO note VALUES ('waiting')`);
    return side;
  });
  await until(() => router.state().waiting === 1);
  goOn.open();
  expect(await running).toBe('source');
  expect(router.state().waiting).toBe(1);
  await sides.write('target', {epoch: 2, side: 'target', state: 'open'});
  expect(await waiting).toBe('target');
  expect(await sides.notes('source')).toEqual(['running']);
  expect(await sides.notes('target')).toEqual(['waiting']);
});

test('an aborted attempt opens the source again', async () => {
  await sides.prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  await sides.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
  await until(() => router.state().isHeld);
  await sides.write('source', {epoch: 2, side: 'source', state: 'open'});
  await router.query(`INSERT INTO note VALUES ('again')`);
  expect(await sides.notes('source')).toEqual(['again']);
});

test('a hold ends by itself when nobody ends it', async () => {
  await sides.prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  await sides.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 1500});
  await until(() => router.state().epoch === 2);
  await router.query(`INSERT INTO note VALUES ('after')`);
  const {rows} = await sides.admin.source.query(`SELECT clock_timestamp() >= hold_until AS "isOver" FROM crossfade.route`);
  expect(rows).toEqual([{isOver: true}]);
  expect(await sides.notes('source')).toEqual(['after']);
});

test('a refused statement waits for the next route and is sent again', async () => {
  await sides.prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  await sides.fence('source');
  const refused = router.query(`INSERT INTO note VALUES ('refused')`);
  await until(async () => (await refusals()) > 0);
  await sides.write('target', {epoch: 2, side: 'target', state: 'open'});
  await refused;
  expect(await sides.notes('source')).toEqual([]);
  expect(await sides.notes('target')).toEqual(['refused']);
});

test('the fence row that is released lets the statement through on the same side', async () => {
  await sides.prepare();
  const router = newRouter();
  await sides.fence('source');
  const refused = router.query(`INSERT INTO note VALUES ('patient')`);
  await until(async () => (await refusals()) > 0);
  await sides.admin.source.query('DROP TRIGGER fence ON note');
  await refused;
  expect(await sides.notes('source')).toEqual(['patient']);
});

test('a refused transaction is rolled back and runs again only when it may', async () => {
  await sides.prepare();
  const router = newRouter();
  await router.query('CREATE TABLE other (text text)');
  await sides.fence('source');
  await sides.admin.target.query('CREATE TABLE other (text text)');
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
  await sides.write('target', {epoch: 2, side: 'target', state: 'open'});
  await repeated;
  expect((await sides.admin.source.query('SELECT * FROM other')).rowCount).toBe(0);
  expect((await sides.admin.target.query('SELECT * FROM other')).rowCount).toBe(1);
});

test('after its time the refusal goes to the caller', async () => {
  await sides.prepare();
  await sides.fence('source');
  const router = newRouter({refusedWaitMs: 100});
  await expect(router.query(`INSERT INTO note VALUES ('x')`)).rejects.toMatchObject({code: '25006'});
});

test('the watch comes back after its connections were cut and finds the change it missed', async () => {
  await sides.prepare();
  const router = newRouter();
  await router.query('SELECT 1');
  for (const side of ['source', 'target'] as const) await sides.cut(side, 'crossfade-router-watch');
  await sides.write('target', {epoch: 2, side: 'target', state: 'open'});
  await until(() => router.state().side === 'target');
  await router.query(`INSERT INTO note VALUES ('found')`);
  expect(await sides.notes('target')).toEqual(['found']);
});

test('a connection that is lost before COMMIT is a failure, and is not sent again', async () => {
  await sides.prepare();
  const router = newRouter();
  let runs = 0;
  const cutOff = router.transaction(async ({query}) => {
    runs += 1;
    await query(`INSERT INTO note VALUES ('x')`);
    await sides.cut('source', 'crossfade-router');
    await query('SELECT 1');
  });
  const error = await cutOff.catch((lost: unknown) => lost);
  expect(error).toBeInstanceOf(Error);
  expect(outcomeOf(error)).toBe('failed');
  expect(runs).toBe(1);
  expect(await sides.notes('source')).toEqual([]);
});

test('a transaction whose error was swallowed is not taken for committed', async () => {
  const router = newRouter();
  const swallowed = router.transaction(async ({query}) => {
    await query('SELECT 1/0').catch(() => undefined);
  });
  await expect(swallowed).rejects.toBeInstanceOf(TransactionAborted);
});

test('when the source does not answer, the target says where to go', async () => {
  await sides.prepare();
  await sides.write('target', {epoch: 2, side: 'target', state: 'open'});
  const router = newRouter({source: 'postgres://nobody:x@127.0.0.1:1/none'});
  await router.query(`INSERT INTO note VALUES ('alone')`);
  expect(await sides.notes('target')).toEqual(['alone']);
  expect(router.state().sides.source.isConnected).toBe(false);
});

test('a router leaves a side that says nothing any more: its connections at once, a running statement when its time is over', async () => {
  await using proxy = await openFaultProxy({port: Number(new URL(sides.urls.source).port)});
  const options = {...sides.urls, source: proxy.through(sides.urls.source), migration: 'shop'};
  const [idle, busy] = [createRouter(options), createRouter(options)];
  await idle.query('SELECT 1');
  await busy.query('SELECT 1');
  proxy.set({kind: 'silent', ways: ['back']});
  const running = busy.query(`INSERT INTO note VALUES ('sent')`).catch((error: unknown) => error);
  await until(async () => (await sides.notes('source')).length === 1);
  await idle.close();
  await busy.close({cutAfterMs: 0});
  expect(outcomeOf(await running)).toBe('unknown');
});

function newRouter(options: Partial<RouterOptions> = {}): Router {
  const router = createRouter({...sides.urls, migration: 'shop', poolMax: 4, ...options});
  open.push(() => router.close());
  return router;
}

async function refusals(): Promise<number> {
  const {rows} = await sides.admin.source.query<{count: string}>(
    `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM refusals`,
  );
  return Number(rows[0]?.count);
}

/** Waits for a fact; the test's own time limit ends it. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

function gate(): {readonly passed: Promise<void>; open(): void} {
  const {promise, resolve} = Promise.withResolvers<void>();
  return {passed: promise, open: resolve};
}
