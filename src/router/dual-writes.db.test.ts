/** A router between two servers of which the test plays the stream: what it brings over, and when, is the test's to say. */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {until, untilTrue} from '../../test/support/until.ts';
import {createRouter, type Router, type RouterOptions, TransactionAborted} from './router.ts';

const MIGRATION = {id: '0198c0de-0000-7000-8000-0000000dd001', short: '0198c0de', name: 'notes'};
const SCHEMA = [
  'CREATE TABLE note (text text)',
  'CREATE TABLE outbox (router uuid, connection int, n bigint NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (router, connection))',
];

let source: TestSide;
let target: TestSide;
let routers: Router[] = [];

beforeEach(async () => {
  const [older, newer] = await Promise.all([postgresServer({version: 17}), postgresServer({version: 18})]);
  source = await openSide('source', await older.createDatabase(), MIGRATION);
  target = await openSide('target', await newer.createDatabase(), MIGRATION);
  for (const side of [source, target]) {
    await side.run(...SCHEMA);
    await side.database.control.install();
  }
});

afterEach(async () => {
  for (const router of routers) await router.close({cutAfterMs: 1000});
  routers = [];
  await source.close();
  await target.close();
});

test('a write and its token are one transaction; a read, and what is taken back, leave none', async () => {
  const router = await dualRouter({readPercent: 0, shadowPercent: 0});
  const first = await total();
  await router.query(`INSERT INTO note VALUES ('one')`);
  await router.transaction(async ({query}) => {
    await query(`INSERT INTO note VALUES ('two')`);
    await query(`INSERT INTO note VALUES ('three')`);
  });
  const tokens = await total();
  expect(tokens).toBe(first + 2);
  await router.query('SELECT 1');
  await router.transaction(({query}) => query('SELECT * FROM note'));
  await router.transaction(({query}) => query('SELECT * FROM note'), {accessMode: 'read only'});
  const thrown = router.transaction(async ({query}) => {
    await query(`INSERT INTO note VALUES ('never')`);
    throw new Error('the caller says no');
  });
  await expect(thrown).rejects.toThrow('the caller says no');
  const swallowed = router.transaction(async ({query}) => void (await query('SELECT 1/0').catch(() => undefined)));
  await expect(swallowed).rejects.toThrow(TransactionAborted);
  // Taken back by its COMMIT, when the token has been raised already.
  await source.run('CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  await expect(router.transaction(({query}) => query('INSERT INTO late VALUES (1), (1)'))).rejects.toThrow('duplicate key');
  expect(await total()).toBe(tokens);
  expect(await source.value('SELECT count(*) FROM note')).toBe('3');
});

test('without a route that asks for it nothing is written, and an application without an outbox reads as it always did', async () => {
  const router = newRouter();
  await router.query(`INSERT INTO note VALUES ('one')`);
  await router.transaction(({query}) => query(`INSERT INTO note VALUES ('two')`));
  expect(await total()).toBe(0);
  await route({readPercent: 100, shadowPercent: 100});
  const {outbox: _, ...without} = options();
  const plain = createRouter(without);
  routers.push(plain);
  expect((await plain.read('SELECT text FROM note')).rows).toHaveLength(2);
  expect(plain.state().dual).toBeUndefined();
});

test('a token that cannot be written fails no write, and then the source answers', async () => {
  const router = await dualRouter({readPercent: 100, shadowPercent: 0});
  await bringOver();
  await source.run('ALTER TABLE outbox RENAME TO elsewhere');
  await router.query(`INSERT INTO note VALUES ('one')`);
  await router.transaction(({query}) => query(`INSERT INTO note VALUES ('two')`));
  expect(await source.value('SELECT count(*) FROM note')).toBe('2');
  expect((await router.read('SELECT text FROM note')).rows).toHaveLength(2);
  expect(router.state().dual).toMatchObject({problem: expect.stringContaining('outbox'), reads: {served: 0}});
});

test('the target answers only when it shows what the reader has written, and before long what anybody has', async () => {
  const router = await dualRouter({readPercent: 100, shadowPercent: 0});
  await target.run(`INSERT INTO note VALUES ('of the target')`);
  await bringOver();
  expect((await router.read('SELECT text FROM note')).rows).toEqual([{text: 'of the target'}]);
  const session = router.session();
  await session.query(`INSERT INTO note VALUES ('new')`);
  expect((await session.read('SELECT text FROM note')).rows).toEqual([{text: 'new'}]);
  await session.transaction(({query}) => query(`UPDATE note SET text = 'newer'`));
  expect((await session.read('SELECT text FROM note')).rows).toEqual([{text: 'newer'}]);
  expect(router.state().dual?.reads.behind).toBeGreaterThanOrEqual(2);
  // Others need not have the newest, but after a while they do.
  await untilTrue(
    'somebody else is shown it as well',
    async () => (await router.read('SELECT text FROM note')).rows[0]?.['text'] === 'newer',
  );
  await bringOver();
  expect((await session.read('SELECT text FROM note')).rows).toEqual([{text: 'of the target'}]);
});

test('writes that began before tokens were asked for are waited for as well', async () => {
  await route({readPercent: 0});
  const router = newRouter();
  await router.query('SELECT 1');
  await source.run('BEGIN', 'LOCK TABLE note');
  const early = router.query(`INSERT INTO note VALUES ('early')`);
  await untilTrue('it waits for the lock', async () => (await waiting()) === 1);
  await route({readPercent: 100, shadowPercent: 0});
  await untilTrue('the router knows', () => router.state().dual?.isOn === true);
  for (let i = 0; i < 3; i++) {
    await untilTrue('a token', async () => {
      await router.read('SELECT 1');
      return (await total()) > i;
    });
    await bringOver();
  }
  expect(router.state().dual?.reads.served).toBe(0);
  await source.run('COMMIT');
  await early;
  await untilTrue('a token after it', async () => {
    await router.read('SELECT 1');
    await bringOver();
    return (router.state().dual?.reads.served ?? 0) > 0;
  });
});

test('a target that is silent or gone costs a limit at most, and then nothing', async () => {
  await using proxy = await openFaultProxy({port: Number(new URL(target.url).port)});
  const router = await dualRouter({readPercent: 100, shadowPercent: 0}, {target: proxy.through(target.url), targetReadMs: 2000});
  await bringOver();
  await router.read('SELECT text FROM note');
  expect(router.state().dual?.reads.served).toBe(1);
  proxy.set({kind: 'reset'});
  for (let i = 0; i < 4; i++) expect((await router.read('SELECT text FROM note')).rows).toEqual([]);
  proxy.set({kind: 'silent'});
  expect((await router.read('SELECT text FROM note')).rows).toEqual([]);
  expect(router.state().dual).toMatchObject({isResting: true, reads: {failed: 5, served: 1}});
  await router.read('SELECT text FROM note');
  expect(router.state().dual).toMatchObject({reads: {failed: 5, served: 1}});
});

test('a difference is proven, told without values, reported, and ends the reads on the target', async () => {
  const router = await dualRouter({readPercent: 0, shadowPercent: 100});
  await target.run(`INSERT INTO note VALUES ('secret')`);
  await using _bringing = keepBringing();
  await router.read(`SELECT text FROM note WHERE text <> 'pin 4711'`);
  await untilTrue('the difference', () => router.state().dual?.reads.differing === 1);
  const report = await until('the report', async () => {
    const [newest] = (await source.database.readReports?.reports(await version())) ?? [];
    return newest?.differing === 1 ? newest : undefined;
  });
  expect(report).toMatchObject({
    differing: 1,
    samples: [{statement: 'SELECT text FROM note WHERE text <> ?', columns: ['text'], rows: {source: 0, target: 1}}],
  });
  expect(JSON.stringify(report)).not.toMatch(/secret|4711/);
});

test('rows that change all the time differ only when they do', async () => {
  const router = await dualRouter({readPercent: 0, shadowPercent: 100});
  await router.query(`INSERT INTO note VALUES ('0')`);
  await target.run(`INSERT INTO note VALUES ('0')`);
  await bringNoteOver();
  await using _bringing = keepBringing(bringNoteOver);
  let n = 0;
  await untilTrue('enough of them', async () => {
    await router.query('UPDATE note SET text = $1', [String((n += 1))]);
    await router.read('SELECT text FROM note');
    const {equal, unsettled} = router.state().dual?.reads ?? {equal: 0, unsettled: 0};
    return equal + unsettled >= 10;
  });
  const before = router.state().dual?.reads.equal ?? 0;
  await untilTrue('one at rest is settled', async () => {
    await router.read('SELECT text FROM note');
    const {equal, differing} = router.state().dual?.reads ?? {equal: 0, differing: 0};
    return equal > before || differing > 0;
  });
  expect(router.state().dual?.reads).toMatchObject({differing: 0, failed: 0});
});

const options = (): RouterOptions => ({source: source.url, target: target.url, migration: MIGRATION.name, outbox: 'public.outbox'});

function newRouter(more: Partial<RouterOptions> = {}): Router {
  const router = createRouter({...options(), ...more});
  routers.push(router);
  return router;
}

/** Whose tokens are whole. */
async function dualRouter(
  reads: {readonly readPercent: number; readonly shadowPercent: number},
  more: Partial<RouterOptions> = {},
): Promise<Router> {
  await route(reads);
  const router = newRouter(more);
  await untilTrue('its tokens tell all', async () => {
    await router.read('SELECT 1');
    return router.state().dual?.isWhole === true;
  });
  return router;
}

let versions = 0;
const version = async (): Promise<number> => (await source.database.control.readRoute())?.version ?? -1;

async function route({readPercent, shadowPercent}: {readonly readPercent: number; readonly shadowPercent?: number}): Promise<void> {
  versions += 1;
  const dual = shadowPercent === undefined ? {} : {dual: {shadowPercent}};
  const written = {epoch: 1, side: 'source', state: 'open', holdMs: undefined, readPercent, ...dual, versionMin: versions} as const;
  for (const {database} of [source, target]) await database.control.writeRoute(written);
}

const total = async (): Promise<number> => Number(await source.value('SELECT coalesce(sum(n), 0) FROM outbox'));

const waiting = async (): Promise<number> =>
  Number(
    (
      await source.rows(
        `SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    )[0]?.[0],
  );

const brought = ([router, connection, n, epoch]: readonly (string | null)[]): string =>
  `INSERT INTO outbox VALUES ('${router}', ${connection}, ${n}, ${epoch}) ON CONFLICT (router, connection) DO UPDATE SET n = excluded.n`;

/** The tokens; notes stay where they are, so that each side's answer tells which one it is. */
const bringOver = async (): Promise<void> => target.run(...(await source.rows('SELECT * FROM outbox')).map(brought));

/** The one note with the tokens of the same moment, in one transaction, as a stream does. */
async function bringNoteOver(): Promise<void> {
  const rows = await source.rows('SELECT router, connection, n, epoch, (SELECT text FROM note) FROM outbox');
  await target.run('BEGIN', `UPDATE note SET text = '${rows[0]?.[4]}'`, ...rows.map(brought), 'COMMIT');
}

function keepBringing(bring = bringOver): AsyncDisposable {
  let isOver = false;
  const working = (async () => {
    while (!isOver) await bring();
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await working;
    },
  };
}
