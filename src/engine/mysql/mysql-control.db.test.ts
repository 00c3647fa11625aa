import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase} from '../../../test/support/mysql-databases.ts';
import {openReceiver, receivingStory, someMigration} from '../../../test/support/mysql-receiver.ts';
import {ownMysqlServer} from '../../../test/support/mysql-servers.ts';
import type {Position} from '../../model/position.ts';

const at = (text: string): Position => text as Position;
const nothing = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(`control tables on ${had.title}`, () => {
    test('one runner has the lock; who it is others are told, and only its end gives the lock away', async () => {
      await using story = await receivingStory(had);
      const other = story.another();
      expect(await other.control.lock('other')).toMatchObject({ok: false, holder: 'test', since: expect.stringMatching(/^\d{4}-.*Z$/)});
      const holder = await other.control.holder();
      expect(holder).toMatchObject({holder: 'test', address: '127.0.0.1'});
      expect(await other.control.endHolder({...holder, session: 1, since: '', address: '', holder: 'test'})).toBe(false);
      const lost = expect(story.control.lost()).rejects.toMatchObject({code: 'CF-CONN-004'});
      if (!holder) throw new Error('nobody holds it');
      expect(await other.control.endHolder(holder)).toBe(true);
      await lost;
      expect(await other.control.holder()).toBeUndefined();
      expect(await other.control.lock('other')).toEqual({ok: true, epoch: 1, migration: story.migration.id});
    });

    test('a name may be longer than the server takes for a lock, and hold any character', async () => {
      await using database = await mysqlDatabase(had.server);
      const migration = {...someMigration(), name: `${'ü"\'\\`%😀'.repeat(100)}${someMigration().id}`};
      const one = openReceiver(database, had, migration);
      const other = openReceiver(database, had, {...someMigration(), name: migration.name});
      await one.control.install();
      expect(await one.control.lock('one')).toMatchObject({ok: true});
      await one.control.raiseEpoch(1, 'one');
      expect(await other.control.lock('other')).toMatchObject({ok: false, holder: 'one'});
      expect(await one.control.known()).toEqual({id: migration.id, epoch: 1});
      await one.close();
      await other.close();
    });

    test('migrations that begin at the same moment on one server do not hold each other up', async () => {
      await using database = await mysqlDatabase(had.server);
      await database.run('CREATE TABLE items (id int PRIMARY KEY)');
      const receivers = Array.from({length: 12}, () => openReceiver(database, had));
      const table = {schema: database.name, name: 'items'};
      const ranges = Array.from({length: 20}, (_, i) => ({table, range: {after: undefined, to: [String(i)]}}));
      await Promise.all(
        receivers.map(async ({control, target}) => {
          await control.install();
          await control.lock('test');
          for (const epoch of [1, 2]) {
            await control.raiseEpoch(epoch, 'test');
            await target.setProgress('forward', at('0/0'), epoch);
            await control.mirror([{seq: epoch, hash: 'a', body: '{}'}], epoch);
            await control.writeRoute({epoch, side: 'source', state: 'open', holdMs: undefined, readPercent: 0});
            expect(await target.planChunks(ranges, epoch)).toHaveLength(20);
          }
          await control.replaceMirror([{seq: 3, hash: 'b', body: '{}'}]);
        }),
      );
      for (const receiver of receivers) await receiver.close();
    });

    test('a takeover ends the writers of the one before, and what they had open is gone', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id int PRIMARY KEY)');
      const items = await story.table('items');
      const insert = (id: string) =>
        ({table: items.name, steps: [{kind: 'rows', operations: [{form: 'insert', key: [id], row: {id}}]}]}) as const;
      await story.target.planChunks([{table: items.name, range: {after: undefined, to: undefined}}], 1);
      await story.target.setProgress('forward', at('0/10'), 1);
      const old = await story.target.applier('forward', 1, [items]);
      await old.write([insert('1')]);
      const next = story.another();
      const holder = await next.control.holder();
      expect(holder && (await next.control.endHolder(holder))).toBe(true);
      await next.control.lock('next');
      await expect(next.control.raiseEpoch(1, 'next')).rejects.toMatchObject({code: 'CF-LEASE-002'});
      await next.control.raiseEpoch(2, 'next');
      await expect(old.commit({position: at('0/20'), commitSeq: 0, ...nothing})).rejects.toMatchObject({code: 'CF-CONN-004'});
      expect(await story.target.progress('forward')).toEqual({epoch: 2, position: '0/10', commitSeq: 0});
      const lane = await next.target.applier('forward', 2, [items]);
      await lane.write([insert('2')]);
      await lane.commit({position: at('0/20'), commitSeq: 0, ...nothing});
      await lane.close();
      expect(await story.database.rows('SELECT id FROM items')).toEqual([[2]]);
      const chunk = await story.database.rows(`SELECT epoch FROM crossfade.chunk WHERE migration = '${story.migration.short}'`);
      expect(chunk).toEqual([[2]]);
      await expect(story.target.setProgress('forward', at('0/30'), 1)).rejects.toMatchObject({code: 'CF-LEASE-002'});
    });

    test('the copy of the journal is kept as it is, of the current epoch only', async () => {
      await using story = await receivingStory(had);
      const entries = [
        {seq: 1, hash: 'a', body: `{"text":"ü😀 ' \\\\ \\u0000"}`},
        {seq: 2, hash: 'b', body: 'x'.repeat(3 << 20)},
      ];
      expect(await story.control.mirrored()).toEqual([]);
      await story.control.mirror(entries, 1);
      await story.control.mirror(
        [
          {...entries[0], seq: 1, hash: 'changed', body: ''},
          {seq: 3, hash: 'c', body: '{}'},
        ],
        1,
      );
      const history = await story.control.history();
      const kept = [...entries, {seq: 3, hash: 'c', body: '{}'}].map((entry) => ({...entry, history}));
      expect(await story.control.mirrored()).toEqual(kept);
      await expect(story.control.mirror([{seq: 4, hash: 'd', body: ''}], 2)).rejects.toMatchObject({code: 'CF-LEASE-002'});
      expect(await story.control.mirrored()).toHaveLength(3);
      await story.control.replaceMirror([{seq: 1, hash: 'z', body: '{}'}]);
      expect(await story.control.mirrored()).toEqual([{seq: 1, hash: 'z', body: '{}', history}]);
    });

    test('the route is counted up, holds end by the clock of the server, and a newer epoch is left alone', async () => {
      await using story = await receivingStory(had);
      const route = {epoch: 1, side: 'source', state: 'open', holdMs: undefined, readPercent: 0} as const;
      expect(await story.control.readRoute()).toBeUndefined();
      await story.control.writeRoute(route);
      expect(await story.control.readRoute()).toEqual({...route, version: 1});
      await story.control.writeRoute({...route, epoch: 2, side: 'target', state: 'hold', holdMs: 600_000, readPercent: 30, versionMin: 7});
      const read = await story.control.readRoute();
      expect(read).toMatchObject({epoch: 2, version: 7, side: 'target', state: 'hold', readPercent: 30});
      expect(read?.holdMs).toBeGreaterThan(0);
      expect(read?.holdMs).toBeLessThanOrEqual(600_000);
      await expect(story.control.writeRoute(route)).rejects.toMatchObject({code: 'CF-LEASE-002'});
      await story.control.writeRoute({...route, epoch: 2});
      expect(await story.control.readRoute()).toEqual({...route, epoch: 2, version: 8});
    });

    test('a migration that is over is known no more', async () => {
      await using story = await receivingStory(had);
      expect(await story.control.known()).toEqual({id: story.migration.id, epoch: 1});
      expect(await story.control.isFinished()).toBe(false);
      await story.control.finish();
      expect(await story.control.isFinished()).toBe(true);
      expect(await story.control.known()).toBeUndefined();
      expect(await story.control.epoch()).toBe(1);
      // But for its own next runner, where the last one died before it could write down the end.
      expect(await story.control.lock('next')).toEqual({ok: true, epoch: 1, migration: story.migration.id});
      await story.control.raiseEpoch(2, 'next');
      expect(await story.control.epoch()).toBe(2);
    });
  });
}

/** Nobody else's migration may be on it. */
describe('the last migration takes the schema with it', () => {
  test.each([
    {flavour: 'mysql', version: '9.7'},
    {flavour: 'mariadb', version: '10.11'},
  ] as const)('on $flavour $version', async (request) => {
    const server = await ownMysqlServer(request);
    await using database = await mysqlDatabase(server);
    const had = {title: '', request, server};
    const [one, other] = [openReceiver(database, had), openReceiver(database, had)];
    expect(await one.control.isInstalled()).toBe(false);
    expect(await one.control.known()).toBeUndefined();
    await Promise.all([one.control.install(), other.control.install()]);
    for (const {control} of [one, other]) {
      await control.lock('test');
      await control.raiseEpoch(1, 'test');
    }
    await one.control.mirror([{seq: 1, hash: 'a', body: '{}'}], 1);
    await one.control.remove();
    expect(await one.control.mirrored()).toEqual([]);
    expect(await one.control.epoch()).toBeUndefined();
    expect(await other.control.epoch()).toBe(1);
    await other.control.remove();
    await other.control.remove();
    expect(await other.control.isInstalled()).toBe(false);
    await one.close();
    await other.close();
    await server.stop();
  });
});
