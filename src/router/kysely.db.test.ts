import {Kysely, sql} from 'kysely';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {openRoutedSides, type RoutedSides} from '../../test/support/routed-sides.ts';
import {createRouterDialect} from './kysely.ts';
import {createRouter, outcomeOf, type Router, TransactionAborted} from './router.ts';

type Tables = {note: {text: string}};

let db: Kysely<Tables>;
let router: Router;
let sides: RoutedSides;
let close: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  sides = await openRoutedSides();
  close.push(async () => sides[Symbol.asyncDispose]());
  await sides.prepare();
  router = createRouter({...sides.urls, migration: 'shop', poolMax: 3, refusedWaitMs: 200});
  db = new Kysely<Tables>({dialect: createRouterDialect(router)});
  close.push(() => db.destroy());
});

afterEach(async () => {
  for (const one of close.reverse()) await one();
  close = [];
});

test('queries answer rows and counts as on PostgreSQL', async () => {
  const inserted = await db
    .insertInto('note')
    .values([{text: 'a'}, {text: 'b'}])
    .returning('text')
    .execute();
  expect(inserted).toEqual([{text: 'a'}, {text: 'b'}]);
  expect((await db.updateTable('note').set({text: 'c'}).executeTakeFirst()).numUpdatedRows).toBe(2n);
  expect((await db.deleteFrom('note').executeTakeFirst()).numDeletedRows).toBe(2n);
});

test('a transaction is one connection, with its isolation level, and rolls back when its function throws', async () => {
  const levels: unknown[] = [];
  const pids: unknown[] = [];
  const rolledBack = db
    .transaction()
    .setIsolationLevel('serializable')
    .setAccessMode('read write')
    .execute(async (transaction) => {
      levels.push(
        (await sql<{level: string}>`select current_setting('transaction_isolation') as level`.execute(transaction)).rows[0]?.level,
      );
      for (const text of ['a', 'b']) {
        await transaction.insertInto('note').values({text}).execute();
        pids.push((await sql<{pid: number}>`select pg_backend_pid() as pid`.execute(transaction)).rows[0]?.pid);
      }
      throw new Error('changed my mind');
    });
  await expect(rolledBack).rejects.toThrow('changed my mind');
  expect(levels).toEqual(['serializable']);
  expect(new Set(pids).size).toBe(1);
  expect(await sides.notes('source')).toEqual([]);
});

test('savepoints belong to the transaction', async () => {
  const transaction = await db.startTransaction().execute();
  await transaction.insertInto('note').values({text: 'kept'}).execute();
  const saved = await transaction.savepoint('before').execute();
  await saved.insertInto('note').values({text: 'taken back'}).execute();
  await saved.rollbackToSavepoint('before').execute();
  await transaction.commit().execute();
  expect(await sides.notes('source')).toEqual(['kept']);
});

test('in the middle of a switch: the running transaction commits on the old side, what waits goes to the new one', async () => {
  const running = await db.startTransaction().execute();
  await running.insertInto('note').values({text: 'running'}).execute();
  await sides.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
  await until(() => router.state().isHeld);
  const query = db.insertInto('note').values({text: 'query'}).execute();
  const transaction = db.transaction().execute((inside) => inside.insertInto('note').values({text: 'transaction'}).execute());
  await until(() => router.state().waiting === 2);
  await running.insertInto('note').values({text: 'still running'}).execute();
  await running.commit().execute();
  await sides.fence('source');
  await sides.write('target', {epoch: 2, side: 'target', state: 'open'});
  await Promise.all([query, transaction]);
  expect(await sides.notes('source')).toEqual(['running', 'still running']);
  expect(await sides.notes('target')).toEqual(['query', 'transaction']);
});

test('a refused transaction is never run again by itself, and is known to have done nothing', async () => {
  await sides.fence('source');
  let runs = 0;
  const refused = db.transaction().execute(async (transaction) => {
    runs += 1;
    await transaction.insertInto('note').values({text: 'x'}).execute();
  });
  const error = await refused.catch((reason: unknown) => reason);
  expect(error).toMatchObject({code: '25006'});
  expect(outcomeOf(error)).toBe('failed');
  expect(runs).toBe(1);
});

test('a connection lost inside a transaction is a failure, lost in its COMMIT it is unknown; neither is sent again', async () => {
  const before = await db.startTransaction().execute();
  await before.insertInto('note').values({text: 'lost'}).execute();
  await sides.cut('source', 'crossfade-router');
  const lost = await before
    .insertInto('note')
    .values({text: 'lost'})
    .execute()
    .catch((reason: unknown) => reason);
  await before.rollback().execute();
  expect(outcomeOf(lost)).toBe('failed');

  const committing = await db.startTransaction().execute();
  await committing.insertInto('note').values({text: 'unknown'}).execute();
  await sides.cut('source', 'crossfade-router');
  const unknown = await committing
    .commit()
    .execute()
    .then(
      () => 'committed',
      (reason: unknown) => reason,
    );
  expect(outcomeOf(unknown)).toBe('unknown');
  expect(await sides.notes('source')).toEqual([]);
});

test('a transaction whose error was swallowed is not taken for committed', async () => {
  const swallowed = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('note').values({text: 'x'}).execute();
    await sql`select 1/0`.execute(transaction).catch(() => undefined);
  });
  await expect(swallowed).rejects.toBeInstanceOf(TransactionAborted);
  expect(await sides.notes('source')).toEqual([]);
});

test('a router that cannot begin says so, and nothing hangs', async () => {
  await router.close();
  close = close.slice(0, -1);
  await expect(db.transaction().execute(async () => 'never')).rejects.toThrow('the router was closed');
});

/** Waits for a fact; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
