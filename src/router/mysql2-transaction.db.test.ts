/** What a transaction of MySQL and MariaDB is, and what its errors prove. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {RowDataPacket} from 'mysql2';
import {mysqlServer} from '../../test/support/mysql-servers.ts';
import {MYSQL_WAYS, mysqlPairs, type RoutedPair} from '../../test/support/routed-database.ts';
import {untilTrue} from '../../test/support/until.ts';
import {createRouter, type Mysql2Router, outcomeOf, TransactionAborted} from './mysql2.ts';

const pairs = await mysqlPairs();

/** The last one's snapshots refuse what is younger than they. */
const WAYS = [...MYSQL_WAYS, ['mariadb 11.8', 'mysql 9.7']] as const;

describe.skipIf(!pairs.isHad).each(WAYS)('from %s to %s', (from, to) => {
  let pair: RoutedPair;
  let router: Mysql2Router;

  beforeEach(async () => {
    pair = await pairs.open(from, to);
    await pair.prepare();
    router = createRouter({source: pair.source.url, target: pair.target.url, migration: pair.migration, poolMax: 4});
  });

  afterEach(async () => {
    await router.close();
    await pair[Symbol.asyncDispose]();
  });

  test('a refused transaction is rolled back and runs again only when it may', async () => {
    for (const side of [pair.source, pair.target]) await side.run('CREATE TABLE other (text varchar(10))');
    await pair.source.fence();
    let runs = 0;
    const act: Parameters<Mysql2Router['transaction']>[0] = async ({query}) => {
      runs += 1;
      await query(`INSERT INTO other VALUES ('x')`);
      await query(`INSERT INTO note VALUES ('x', 1)`);
    };
    const error = await router.transaction(act).catch((refused: unknown) => refused);
    expect(error).toMatchObject({errno: 1290});
    expect([outcomeOf(error), runs]).toEqual(['failed', 1]);
    const repeated = router.transaction(act, {retryRefused: true});
    await untilTrue('it was run again', () => runs > 1);
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    await repeated;
    expect(await counted('SELECT count(*) AS n FROM other')).toBe(1);
    await pair.write('source', {epoch: 3, side: 'source', state: 'open'});
    await untilTrue('back at the source', () => router.state().side === 'source');
    expect(await counted('SELECT count(*) AS n FROM other')).toBe(0);

    async function counted(sql: string): Promise<unknown> {
      const [[row]] = await router.query<RowDataPacket[]>(sql);
      return row?.['n'];
    }
  });

  test('a transaction whose snapshot is older than the fence is refused too, and repeated on the new side', async () => {
    const inside = gate();
    const goOn = gate();
    let runs = 0;
    const repeated = router.transaction(
      async ({query, side}) => {
        runs += 1;
        await query('SELECT * FROM note');
        inside.open();
        await goOn.passed;
        await query(`INSERT INTO note VALUES ('old', 1)`);
        return side;
      },
      {retryRefused: true, isolationLevel: 'repeatable read'},
    );
    await inside.passed;
    await pair.move('target', 2);
    goOn.open();
    expect(await repeated).toBe('target');
    expect([runs, await pair.source.notes(), await pair.target.notes()]).toEqual([2, [], ['old']]);
  });

  test('a refusal that was swallowed, and took all of its transaction back, is one of the transaction; others take back nothing else', async () => {
    const inside = gate();
    const goOn = gate();
    const swallowing = router.transaction(
      async ({query, side}) => {
        await query('SELECT * FROM note');
        inside.open();
        await goOn.passed;
        await query(`INSERT INTO note VALUES ('token', 1)`).catch(() => undefined);
        return side;
      },
      {retryRefused: true, isolationLevel: 'repeatable read'},
    );
    await inside.passed;
    await pair.move('target', 2);
    goOn.open();
    expect(await swallowing).toBe(from === 'mariadb 11.8' ? 'target' : 'source');
  });

  test('a procedure that has committed a part is not sent again, and what it did is not called undone', async () => {
    await pair.source.run(
      'CREATE TABLE part (n int)',
      `CREATE PROCEDURE in_parts () BEGIN INSERT INTO part VALUES (1); INSERT INTO note VALUES ('x', 1); END`,
    );
    await pair.source.fence();
    const alone = await router.query('CALL in_parts()').catch((error: unknown) => error);
    expect(alone).toMatchObject({errno: 1290});
    const inside = await router
      .transaction(async ({query}) => query('CALL in_parts()'), {retryRefused: true})
      .catch((error: unknown) => error);
    expect([outcomeOf(alone), outcomeOf(inside)]).toEqual(['unknown', 'unknown']);
    const [rows] = await router.query<RowDataPacket[]>('SELECT n FROM part');
    expect(rows).toEqual([{n: 1}]);
  });

  test('after a deadlock that was swallowed nothing more of the transaction is sent, and nothing of it is there', async () => {
    await pair.source.run(`INSERT INTO note VALUES ('a', 0), ('b', 0)`, 'ALTER TABLE note ADD PRIMARY KEY (text)');
    const both = [gate(), gate()] as const;
    /** Each takes one row and then wants the other's, so one of the two gives way. */
    const crossing = (mine: 0 | 1): Promise<string> =>
      router.transaction(async ({query}) => {
        const [first, second] = mine === 0 ? ['a', 'b'] : ['b', 'a'];
        await query('UPDATE note SET n = n + 1 WHERE text = ?', [first]);
        both[mine].open();
        await both[mine === 0 ? 1 : 0].passed;
        await query('UPDATE note SET n = n + 1 WHERE text = ?', [second]).catch(() => undefined);
        await query('UPDATE note SET n = n + 10 WHERE text = ?', [second]);
        return 'committed';
      });
    const ends = await Promise.allSettled([crossing(0), crossing(1)]);
    const lost = ends.filter((end) => end.status === 'rejected').map((end): unknown => end.reason);
    expect(lost).toEqual([expect.any(TransactionAborted)]);
    const [rows] = await router.query<RowDataPacket[]>('SELECT n FROM note ORDER BY n');
    expect(rows).toEqual([{n: 1}, {n: 11}]);
  });

  test('what a transaction has not waited for is not carried out behind its end', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const thrown = router.transaction(async ({query}) => {
      late = Promise.allSettled(['a', 'b', 'c'].map((text) => query('INSERT INTO note VALUES (?, 1)', [text])));
      throw new Error('changed my mind');
    });
    await expect(thrown).rejects.toThrow('changed my mind');
    await late;
    expect(await pair.source.notes()).toEqual([]);
  });

  test('a transaction has the modes that it asked for, and the next one has not', async () => {
    const modes = {isolationLevel: 'serializable', accessMode: 'read only'} as const;
    await expect(router.transaction(({query}) => query(`INSERT INTO note VALUES ('x', 1)`), modes)).rejects.toMatchObject({errno: 1792});
    await router.transaction(({query}) => query(`INSERT INTO note VALUES ('y', 1)`));
    expect(await pair.source.notes()).toEqual(['y']);
  });
});

test.skipIf(!pairs.isHad)('one statement is committed when it is answered, also where the server leaves that to the client', async () => {
  const server = await mysqlServer({flavour: 'mariadb', version: '10.11', settings: {autocommit: 'OFF'}});
  const url = await server.createDatabase();
  const router = createRouter({source: url, target: url, migration: 'none'});
  await router.query('CREATE TABLE note (text varchar(10))');
  await router.query(`INSERT INTO note VALUES ('a')`);
  await router.close();
  const again = createRouter({source: url, target: url, migration: 'none'});
  const [rows] = await again.query<RowDataPacket[]>('SELECT text FROM note');
  expect(rows).toEqual([{text: 'a'}]);
  await again.close();
});

function gate(): {readonly passed: Promise<void>; open(): void} {
  const {promise, resolve} = Promise.withResolvers<void>();
  return {passed: promise, open: resolve};
}
