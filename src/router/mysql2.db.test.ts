/** The router over `mysql2`, between servers of both kinds: what `router.db.test.ts` says of `pg`, and what MySQL alone does. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {ResultSetHeader, RowDataPacket} from 'mysql2';
import {openFaultProxy} from '../../test/support/fault-proxy.ts';
import {mysqlServer} from '../../test/support/mysql-servers.ts';
import {MYSQL_WAYS, mysqlPairs, type RoutedPair} from '../../test/support/routed-database.ts';
import {untilTrue} from '../../test/support/until.ts';
import {createRouter, type Mysql2Router, type Mysql2RouterOptions, outcomeOf} from './mysql2.ts';

const pairs = await mysqlPairs();

describe.skipIf(!pairs.isHad).each(MYSQL_WAYS)('from %s to %s', (from, to) => {
  let open: (() => Promise<unknown>)[] = [];
  let pair: RoutedPair;

  beforeEach(async () => {
    pair = await pairs.open(from, to);
    open.push(async () => pair[Symbol.asyncDispose]());
    await pair.prepare();
  });

  afterEach(async () => {
    for (const close of open.reverse()) await close();
    open = [];
  });

  test('under load the route moves there and back: every note that was acknowledged exists once, on one side', async () => {
    const router = newRouter();
    const writing = startWriting(router);
    await writing.more();
    await pair.move('target', 2);
    await untilTrue('the router has followed', () => router.state().side === 'target');
    await writing.more();
    await pair.move('source', 3);
    await untilTrue('the router is back', () => router.state().side === 'source');
    await writing.more();
    const acknowledged = await writing.stop();
    const [source, target] = [await pair.source.notes(), await pair.target.notes()];
    expect([...source, ...target].sort()).toEqual(acknowledged);
    expect(Math.min(source.length, target.length)).toBeGreaterThan(0);
  });

  test('while held, running transactions finish, new ones wait, and go to the new side', async () => {
    const router = newRouter();
    const inside = gate();
    const goOn = gate();
    const running = router.transaction(async ({query, side}) => {
      inside.open();
      await goOn.passed;
      await query(`INSERT INTO note VALUES ('running', 1)`);
      return side;
    });
    await inside.passed;
    await pair.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 20_000});
    await untilTrue('it is held', () => router.state().isHeld);
    const waiting = router.transaction(async ({query, side}) => {
      await query(`INSERT INTO note VALUES ('waiting', 1)`);
      return side;
    });
    await untilTrue('one waits', () => router.state().waiting === 1);
    goOn.open();
    expect(await running).toBe('source');
    expect(router.state().waiting).toBe(1);
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    expect(await waiting).toBe('target');
    expect([await pair.source.notes(), await pair.target.notes()]).toEqual([['running'], ['waiting']]);
  });

  test('a hold ends by itself when nobody ends it', async () => {
    const router = newRouter();
    await router.query('SELECT 1');
    await pair.write('source', {epoch: 2, side: 'source', state: 'hold', holdMs: 1500});
    await untilTrue('the router knows', () => router.state().epoch === 2);
    await router.query(`INSERT INTO note VALUES ('after', 1)`);
    const [[over]] = await router.query<RowDataPacket[]>(
      'SELECT UTC_TIMESTAMP(6) >= hold_until AS isOver FROM crossfade.route WHERE name = ?',
      [pair.migration],
    );
    expect(over).toMatchObject({isOver: 1});
  });

  test('a refused statement waits for the next route and is sent again', async () => {
    const router = newRouter();
    await pair.source.fence();
    const refused = router.execute('INSERT INTO note VALUES (?, ?)', ['refused', 1]);
    await untilTrue('it was refused', () => pair.source.wasTried());
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    expect(await refused).toMatchObject([{affectedRows: 1}, undefined]);
    expect([await pair.source.notes(), await pair.target.notes()]).toEqual([[], ['refused']]);
  });

  test('a fence that is released lets the statement through on the same side; one that is not sends it back after its time', async () => {
    const router = newRouter();
    await pair.source.fence();
    await expect(newRouter({refusedWaitMs: 100}).query(`INSERT INTO note VALUES ('impatient', 1)`)).rejects.toMatchObject({
      errno: 1290,
      sqlState: '25006',
    });
    const refused = router.query(`INSERT INTO note VALUES ('patient', 1)`);
    await untilTrue('it was refused', () => pair.source.wasTried());
    await pair.source.unfence();
    await refused;
    expect(await pair.source.notes()).toEqual(['patient']);
  });

  test('connections that were cut while nobody used them are made anew, and the watch finds the change it missed', async () => {
    const router = newRouter();
    await router.query('SELECT 1');
    for (const side of [pair.source, pair.target]) await side.cut();
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    await untilTrue('the router has followed', () => router.state().side === 'target');
    await router.query(`INSERT INTO note VALUES ('found', 1)`);
    expect(await pair.target.notes()).toEqual(['found']);
  });

  test('a connection that is lost before COMMIT is a failure, one lost in a statement is unknown; neither is sent again', async () => {
    const router = newRouter();
    let runs = 0;
    const cutOff = router.transaction(async ({query}) => {
      runs += 1;
      await query(`INSERT INTO note VALUES ('x', 1)`);
      await pair.source.cut();
      await query('SELECT 1');
    });
    expect(outcomeOf(await cutOff.catch((error: unknown) => error))).toBe('failed');
    expect([runs, await pair.source.notes()]).toEqual([1, []]);

    await using proxy = await openFaultProxy({port: Number(new URL(pair.source.url).port)});
    const far = newRouter({source: proxy.through(pair.source.url)});
    await far.query('SELECT 1');
    proxy.set({kind: 'cut', after: 'sent once'});
    const unknown = await far.query(`INSERT INTO note VALUES ('sent once', 1)`).catch((error: unknown) => error);
    expect(outcomeOf(unknown)).toBe('unknown');
    expect([proxy.cuts, await pair.source.notes()]).toEqual([1, ['sent once']]);
  });

  test('when the source does not answer, the target says where to go', async () => {
    await pair.write('target', {epoch: 2, side: 'target', state: 'open'});
    const router = newRouter({source: 'mysql://nobody:x@127.0.0.1:1/none'});
    await router.query(`INSERT INTO note VALUES ('alone', 1)`);
    expect(await pair.target.notes()).toEqual(['alone']);
    expect(router.state().sides.source.isConnected).toBe(false);
  });

  test('a router leaves a side that says nothing any more, and waits for a transaction that runs', async () => {
    await using proxy = await openFaultProxy({port: Number(new URL(pair.source.url).port)});
    const source = proxy.through(pair.source.url);
    const [idle, busy, patient] = [unclosed({source}), unclosed({source}), unclosed()];
    const [inside, goOn] = [gate(), gate()];
    const running = patient.transaction(async ({query}) => {
      inside.open();
      await goOn.passed;
      await query(`INSERT INTO note VALUES ('waited for', 1)`);
    });
    await inside.passed;
    const closing = patient.close();
    goOn.open();
    await running;
    await closing;
    await expect(patient.query('SELECT 1')).rejects.toThrow('the router was closed');
    await idle.query('SELECT 1');
    await busy.query('SELECT 1');
    proxy.set({kind: 'silent', ways: ['back']});
    const sent = busy.query(`INSERT INTO note VALUES ('sent', 1)`).catch((error: unknown) => error);
    await untilTrue('it is there', async () => (await pair.source.notes()).includes('sent'));
    await idle.close();
    await busy.close({cutAfterMs: 0});
    expect(outcomeOf(await sent)).toBe('unknown');
    proxy.set(undefined);
    await untilTrue('no socket is left', () => proxy.connections === 0);
  });

  const unclosed = (options: Partial<Mysql2RouterOptions> = {}): Mysql2Router =>
    createRouter({source: pair.source.url, target: pair.target.url, migration: pair.migration, poolMax: 4, ...options});

  function newRouter(options: Partial<Mysql2RouterOptions> = {}): Mysql2Router {
    const router = unclosed(options);
    open.push(() => router.close());
    return router;
  }
});

test.skipIf(!pairs.isHad)('a server whose certificate nobody vouches for is no connection, unless the caller says so', async () => {
  const url = await (await mysqlServer({flavour: 'mysql', version: '9.7'})).createDatabase();
  const [verified, trusting] = [
    {uri: url, ssl: {}},
    {uri: url, ssl: {rejectUnauthorized: false, verifyIdentity: false}},
  ].map((side) => createRouter({source: side, target: side, migration: 'none'}));
  await expect(verified?.query('SELECT 1')).rejects.toThrow('no connection to the source: self-signed certificate');
  expect(verified?.state().sides.source.problem).toMatch('self-signed certificate');
  const [[row]] = (await trusting?.query<RowDataPacket[]>(`SHOW STATUS LIKE 'Ssl_cipher'`)) ?? [[]];
  expect(row?.['Value']).toMatch(/^TLS/);
  await Promise.all([verified?.close(), trusting?.close()]);
});

/** Four clients that write note after note; a failure ends the test. */
function startWriting(router: Mysql2Router) {
  const acknowledged: string[] = [];
  let isOver = false;
  const clients = [0, 1, 2, 3].map(async (client) => {
    for (let n = 0; !isOver; n++) {
      const note = `${client}-${n}`;
      const [{affectedRows}] = await router.query<ResultSetHeader>('INSERT INTO note VALUES (?, ?)', [note, n]);
      expect(affectedRows).toBe(1);
      acknowledged.push(note);
    }
  });
  const writing = Promise.all(clients);
  return {
    more: async () => {
      const before = acknowledged.length;
      await Promise.race([writing, untilTrue('more is written', () => acknowledged.length > before + 20)]);
    },
    stop: async () => {
      isOver = true;
      await writing;
      return acknowledged.sort();
    },
  };
}

function gate(): {readonly passed: Promise<void>; open(): void} {
  const {promise, resolve} = Promise.withResolvers<void>();
  return {passed: promise, open: resolve};
}
