/** An application that speaks MySQL to one side and PostgreSQL to the other, and follows the route of either. */
import {Kysely} from 'kysely';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {hadServers} from '../../test/support/mysql-databases.ts';
import {onMysql, onPostgres, openRoutedPair, type RoutedPair} from '../../test/support/routed-database.ts';
import {untilTrue} from '../../test/support/until.ts';
import {createTransactionDialect as onPg} from './kysely.ts';
import {mysql2Side, type Mysql2Statements} from './mysql2.ts';
import {createTransactionDialect as onMysql2} from './mysql2-kysely.ts';
import {type PgStatements, pgSide} from './router.ts';
import {createRouter, outcomeOf, type Statement, type TwoEnginesRouter} from './two-engines.ts';

type Tables = {note: {text: string; n: number}};
type Moving = TwoEnginesRouter<Mysql2Statements, PgStatements>;

const had = (await hadServers()).filter(({request}) => request.version !== '11.8');

describe.skipIf(had.some(({server}) => !server)).each(had.map((one) => [one.title, one] as const))('from %s to PostgreSQL', (_, server) => {
  let open: (() => Promise<unknown>)[] = [];
  let pair: RoutedPair;
  let router: Moving;

  beforeEach(async () => {
    pair = await openRoutedPair(onMysql(server), onPostgres);
    open.push(async () => pair[Symbol.asyncDispose]());
    await pair.target.run('ALTER TABLE note ADD n integer');
    await pair.prepare();
    router = newRouter();
  });

  afterEach(async () => {
    for (const close of open.reverse()) await close();
    open = [];
  });

  test('under load the route moves there and back: every note that was acknowledged exists once, on one side', async () => {
    const acknowledged: string[] = [];
    let isOver = false;
    const writing = Promise.all(
      [0, 1, 2, 3].map(async (client) => {
        for (let n = 0; !isOver; n++) {
          await (n % 2 ? write(`${client}-${n}`) : writeInside(`${client}-${n}`));
          acknowledged.push(`${client}-${n}`);
        }
      }),
    );
    const more = async (): Promise<void> => {
      const before = acknowledged.length;
      await Promise.race([writing, untilTrue('more is written', () => acknowledged.length > before + 20)]);
    };
    await more();
    await pair.move('target', 2);
    await untilTrue('the router has followed', () => router.state().side === 'target');
    await more();
    await pair.move('source', 3);
    await untilTrue('the router is back', () => router.state().side === 'source');
    await more();
    isOver = true;
    await writing;
    const [source, target] = [await pair.source.notes(), await pair.target.notes()];
    expect([...source, ...target].sort()).toEqual(acknowledged.sort());
    expect(Math.min(source.length, target.length)).toBeGreaterThan(0);
  });

  test('the row of the other engine alone tells where to go, and each side is spoken to in its own words', async () => {
    expect(await router.query(both('SELECT text FROM note WHERE n = ?', 'SELECT text FROM note WHERE n = $1', [1]))).toMatchObject({
      side: 'source',
      answer: [[], expect.any(Array)],
    });
    await pair.write('target', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
    await untilTrue('it is held', () => router.state().isHeld);
    const waiting = write('waited');
    await untilTrue('it waits', () => router.state().waiting === 1);
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    await waiting;
    const answer = await router.query(both('SELECT 1', 'SELECT text FROM note WHERE n = $1', [1]));
    expect(answer).toMatchObject({side: 'target', answer: {rows: [{text: 'waited'}]}});
    expect(await pair.source.notes()).toEqual([]);
  });

  test('what the fence of the one engine refused is sent to the other', async () => {
    await pair.source.fence();
    const refused = write('refused');
    const inside = writeInside('inside');
    await untilTrue('it was refused', () => pair.source.wasTried());
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    await Promise.all([refused, inside]);
    expect([await pair.source.notes(), await pair.target.notes()]).toEqual([[], ['inside', 'refused']]);
  });

  test('with Kysely one place chooses, and the rest of the application does not know which side it is', async () => {
    const transact = <T>(act: (db: Kysely<Tables>) => Promise<T>): Promise<T> =>
      router.transaction({
        source: (inside) => act(new Kysely<Tables>({dialect: onMysql2(inside)})),
        target: (inside) => act(new Kysely<Tables>({dialect: onPg(inside)})),
      });
    const note = (text: string): Promise<bigint | undefined> =>
      transact(async (db) => {
        const {numInsertedOrUpdatedRows} = await db.insertInto('note').values({text, n: 1}).executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows;
      });
    expect(await note('there')).toBe(1n);
    await pair.move('target', 2);
    expect(await note('here')).toBe(1n);
    const failed = transact(async (db) => {
      await db.insertInto('note').values({text: 'taken back', n: 1}).execute();
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    await expect(transact((db) => db.transaction().execute(async () => 'never'))).rejects.toThrow('inside a transaction of the router');
    const compiled = new Kysely<Tables>({dialect: {...onPg({query: never, side: 'target'})}}).selectFrom('note').select('text').compile();
    expect(await router.query({source: compiled, target: compiled})).toMatchObject({side: 'target', answer: {rows: [{text: 'here'}]}});
    expect([await pair.source.notes(), await pair.target.notes()]).toEqual([['there'], ['here']]);
  });

  test('a server that dies while it is used leaves an unknown outcome, and the other side is not tried', async () => {
    await using proxy = await openFaultProxy({port: Number(new URL(pair.source.url).port)});
    const far = newRouter(proxy.through(pair.source.url));
    await far.query(both('SELECT 1', 'SELECT 1'));
    proxy.set({kind: 'cut', after: 'sent once'});
    const lost = await write('sent once', far).catch((error: unknown) => error);
    expect(outcomeOf(lost)).toBe('unknown');
    expect([await pair.source.notes(), await pair.target.notes()]).toEqual([['sent once'], []]);
  });

  test('a source that is gone is left by what the target says', async () => {
    await pair.move('target', 2);
    const late = newRouter('mysql://nobody:x@127.0.0.1:1/none');
    await write('alone', late);
    expect(await pair.target.notes()).toEqual(['alone']);
    expect(late.state().sides).toMatchObject({source: {isConnected: false}, target: {isConnected: true}});
  });

  const both = (source: string, target: string, parameters: readonly unknown[] = []): Record<'source' | 'target', Statement> => ({
    source: {sql: source, parameters},
    target: {sql: target, parameters},
  });

  const write = (text: string, by: Moving = router): Promise<unknown> =>
    by.query(both('INSERT INTO note (text, n) VALUES (?, ?)', 'INSERT INTO note (text, n) VALUES ($1, $2)', [text, 1]));

  const writeInside = (text: string): Promise<unknown> =>
    router.transaction(
      {
        source: ({execute}) => execute('INSERT INTO note (text, n) VALUES (?, 1)', [text]),
        target: ({query}) => query('INSERT INTO note (text, n) VALUES ($1, 1)', [text]),
      },
      {retryRefused: true},
    );

  function newRouter(source = pair.source.url): Moving {
    const one = createRouter({source: mysql2Side(source), target: pgSide(pair.target.url), migration: pair.migration, poolMax: 4});
    open.push(() => one.close());
    return one;
  }
});

const never = (): Promise<never> => Promise.reject(new Error('only compiled'));
