import {Kysely, sql} from 'kysely';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {MYSQL_WAYS, mysqlPairs, type RoutedPair} from '../../test/support/routed-database.ts';
import {untilTrue} from '../../test/support/until.ts';
import {createRouter, type Mysql2Router, outcomeOf} from './mysql2.ts';
import {createRouterDialect} from './mysql2-kysely.ts';

type Tables = {note: {text: string; n: number}; numbered: {id: number; text: string}};

const pairs = await mysqlPairs();

describe.skipIf(!pairs.isHad).each(MYSQL_WAYS)('from %s to %s', (from, to) => {
  let db: Kysely<Tables>;
  let router: Mysql2Router;
  let pair: RoutedPair;

  beforeEach(async () => {
    pair = await pairs.open(from, to);
    await pair.prepare();
    router = createRouter({source: pair.source.url, target: pair.target.url, migration: pair.migration, poolMax: 3, refusedWaitMs: 200});
    db = new Kysely<Tables>({dialect: createRouterDialect(router)});
  });

  afterEach(async () => {
    await db.destroy();
    await pair[Symbol.asyncDispose]();
  });

  test('queries answer rows, counts and the key that was given', async () => {
    await pair.source.run('CREATE TABLE numbered (id int AUTO_INCREMENT PRIMARY KEY, text varchar(10)) AUTO_INCREMENT = 41');
    const {insertId, numInsertedOrUpdatedRows} = await db
      .insertInto('numbered')
      .values({id: sql`DEFAULT`, text: 'a'})
      .executeTakeFirstOrThrow();
    expect([insertId, numInsertedOrUpdatedRows]).toEqual([41n, 1n]);
    expect(await db.selectFrom('numbered').selectAll().execute()).toEqual([{id: 41, text: 'a'}]);
    const {numUpdatedRows, numChangedRows} = await db.updateTable('numbered').set({text: 'a'}).executeTakeFirstOrThrow();
    expect([numUpdatedRows, numChangedRows]).toEqual([1n, 0n]);
    expect((await db.deleteFrom('numbered').executeTakeFirst()).numDeletedRows).toBe(1n);
  });

  test('a transaction is one connection, with its isolation level, and rolls back when its function throws', async () => {
    const ids: unknown[] = [];
    const rolledBack = db
      .transaction()
      .setIsolationLevel('serializable')
      .setAccessMode('read only')
      .execute(async (inside) => {
        for (let n = 0; n < 2; n++) ids.push((await sql<{id: number}>`select connection_id() as id`.execute(inside)).rows[0]?.id);
        await inside.insertInto('note').values({text: 'x', n: 1}).execute();
      });
    await expect(rolledBack).rejects.toMatchObject({errno: 1792});
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(await pair.source.notes()).toEqual([]);
  });

  test('savepoints belong to the transaction', async () => {
    const transaction = await db.startTransaction().execute();
    await transaction.insertInto('note').values({text: 'kept', n: 1}).execute();
    const saved = await transaction.savepoint('before').execute();
    await saved.insertInto('note').values({text: 'taken back', n: 1}).execute();
    const back = await saved.rollbackToSavepoint('before').execute();
    await back.releaseSavepoint('before').execute();
    await transaction.commit().execute();
    expect(await pair.source.notes()).toEqual(['kept']);
  });

  test('in the middle of a switch: the running transaction commits on the old side, what waits goes to the new one', async () => {
    const running = await db.startTransaction().execute();
    await running.insertInto('note').values({text: 'running', n: 1}).execute();
    await pair.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
    await untilTrue('it is held', () => router.state().isHeld);
    const query = db.insertInto('note').values({text: 'query', n: 1}).execute();
    const transaction = db.transaction().execute((inside) => inside.insertInto('note').values({text: 'transaction', n: 1}).execute());
    await untilTrue('both wait', () => router.state().waiting === 2);
    await running.commit().execute();
    await pair.source.fence();
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    await Promise.all([query, transaction]);
    expect([await pair.source.notes(), await pair.target.notes()]).toEqual([['running'], ['query', 'transaction']]);
  });

  test('a refused transaction is never run again by itself, and is known to have done nothing', async () => {
    await pair.source.fence();
    let runs = 0;
    const refused = db.transaction().execute(async (inside) => {
      runs += 1;
      await inside.insertInto('note').values({text: 'x', n: 1}).execute();
    });
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toMatchObject({errno: 1290});
    expect([outcomeOf(error), runs]).toEqual(['failed', 1]);
  });
});
