/** Tokens on MySQL and MariaDB, and reads that PostgreSQL answers, with a router of which the test plays run and stream. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {hadServers} from '../../test/support/mysql-databases.ts';
import {onMysql, onPostgres, openRoutedPair, type RoutedPair} from '../../test/support/routed-database.ts';
import {until, untilTrue} from '../../test/support/until.ts';
import {mysql2Side, type Mysql2Statements} from './mysql2.ts';
import {type PgStatements, pgSide} from './router.ts';
import {createRouter, type TwoEnginesRouter, type TwoEnginesSession} from './two-engines.ts';

const OUTBOX = 'router char(36), connection int, n bigint NOT NULL, epoch bigint NOT NULL, PRIMARY KEY (router, connection)';
type Session = TwoEnginesSession<Mysql2Statements, PgStatements>;

describe.each(await hadServers())('from $title to PostgreSQL', (had) => {
  let pair: RoutedPair;
  let schema: string;
  let router: TwoEnginesRouter<Mysql2Statements, PgStatements>;

  beforeEach(async () => {
    if (!had.server) return;
    pair = await openRoutedPair(onMysql(had), onPostgres);
    schema = new URL(pair.source.url).pathname.slice(1);
    await pair.prepare();
    // As the fence has them on each table.
    const triggers = ['INSERT', 'UPDATE'].map((on) => `CREATE TRIGGER at_${on} BEFORE ${on} ON outbox FOR EACH ROW SET @of_trigger = 1`);
    await pair.source.run(`CREATE TABLE outbox (${OUTBOX})`, ...triggers);
    await pair.target.run(`CREATE SCHEMA ${schema}`, `CREATE TABLE ${schema}.outbox (${OUTBOX})`);
    router = createRouter({
      ...{source: mysql2Side(pair.source.url), target: pgSide(pair.target.url)},
      ...{migration: pair.migration, outbox: `${schema}.outbox`, poolMax: 4},
    });
    await route(100);
    await untilTrue('tokens tell all', async () => {
      await read(router);
      return router.state().dual?.isWhole === true;
    });
  });

  afterEach(async () => {
    if (!had.server) return;
    await router.close();
    await pair[Symbol.asyncDispose]();
  });

  test.skipIf(!had.server)('a write and its token are one transaction; what is taken back, and what only reads, leave none', async () => {
    const first = await total();
    await write(router, 'one');
    await router.transaction({source: ({query}) => query(`INSERT INTO note VALUES ('two', 1), ('three', 1)`), target: nowhere});
    expect(await total()).toBe(first + 2);
    await router.query({source: {sql: 'SELECT 1'}, target: {sql: 'SELECT 1'}});
    await router.transaction({source: ({query}) => query('SELECT * FROM note'), target: nowhere}, {accessMode: 'read only'});
    const thrown = router.transaction({
      source: async ({query}) => {
        await query(`INSERT INTO note VALUES ('never', 1)`);
        throw new Error('the caller says no');
      },
      target: nowhere,
    });
    await expect(thrown).rejects.toThrow('the caller says no');
    expect(await total()).toBe(first + 2);
    expect(await pair.source.notes()).toEqual(['one', 'three', 'two']);
  });

  test.skipIf(!had.server)('the target answers a session only when it shows what that has written', async () => {
    await bringOver();
    expect((await read(router)).side).toBe('target');
    const session = router.session();
    for (const text of ['one', 'two', 'three']) {
      await write(session, text);
      expect((await read(session)).side).toBe('source');
      await bringOver();
      expect((await read(session)).side).toBe('target');
    }
    expect(router.state().dual).toMatchObject({problem: undefined, reads: {failed: 0, served: expect.any(Number)}});
  });

  test.skipIf(!had.server)('a token that cannot be written fails no write, and then the source answers', async () => {
    await bringOver();
    await pair.source.run('RENAME TABLE outbox TO elsewhere');
    await write(router, 'one');
    await router.transaction({source: ({query}) => query(`INSERT INTO note VALUES ('two', 1)`), target: nowhere});
    expect(await pair.source.notes()).toEqual(['one', 'two']);
    expect((await read(router)).side).toBe('source');
    expect(router.state().dual?.problem).toContain('outbox');
  });

  test.skipIf(!had.server)('a difference is proven, and told by names and words without a value', async () => {
    await route(0, 100);
    await using _bringing = keepBringing();
    await router.read({source: {sql: `SELECT 'pin 4711' AS a`}, target: {sql: `SELECT 'pin 4712' AS a`}});
    const told = await until('the difference', async () => router.state().dual?.reads.samples[0]);
    expect(told).toEqual({statement: 'SELECT ? AS a', columns: ['a'], rows: {source: 1, target: 1}});
    await router.read({source: {sql: `SELECT 1 AS a`}, target: {sql: `SELECT '1' AS a`}});
    await untilTrue('what cannot be told', () => router.state().dual?.reads.unsettled === 1);
    expect(router.state().dual?.reads.unsettledWhy).toContain('column a cannot be compared for certain: number on the source, text');
  });

  const nowhere = (): Promise<never> => Promise.reject(new Error('the target is closed'));
  const write = (by: Session, text: string): Promise<unknown> =>
    by.query({source: {sql: 'INSERT INTO note VALUES (?, 1)', parameters: [text]}, target: {sql: 'SELECT never'}});
  const read = (by: Session) => by.read({source: {sql: 'SELECT text FROM note'}, target: {sql: 'SELECT text FROM note'}});

  const total = async (): Promise<number> => (await tokens()).reduce((sum, [, , n]) => sum + Number(n), 0);
  const tokens = (): Promise<readonly (readonly unknown[])[]> => pair.source.rows('SELECT router, connection, n, epoch FROM outbox');

  /** The tokens; notes stay where they are. */
  const bringOver = async (): Promise<void> =>
    pair.target.run(
      ...(await tokens()).map(
        ([of, place, n, epoch]) =>
          `INSERT INTO ${schema}.outbox VALUES ('${String(of)}', ${String(place)}, ${String(n)}, ${String(epoch)})
           ON CONFLICT (router, connection) DO UPDATE SET n = excluded.n`,
      ),
    );

  const keepBringing = (): AsyncDisposable => {
    let isOver = false;
    const bringing = (async () => {
      while (!isOver) await bringOver();
    })();
    return {
      async [Symbol.asyncDispose]() {
        isOver = true;
        await bringing;
      },
    };
  };

  const route = async (readPercent: number, shadowPercent = 0): Promise<void> => {
    await pair.source.run(
      `UPDATE crossfade.route SET version = version + 10, read_percent = ${readPercent}, shadow_percent = ${shadowPercent} WHERE name = '${pair.migration}'`,
    );
    await untilTrue(
      'the router has heard',
      () => router.state().dual?.isOn === true && router.state().dual?.shadowPercent === shadowPercent,
    );
  };
});
