/** The second slot of a stream that somebody else reads, in every state that a crash can leave, on each version that a source may have. */
import {describe, expect, test} from 'vitest';
import {openSide} from '../../../test/support/databases.ts';
import {realEffects} from '../../../test/support/effects.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {DatabaseUrl} from '../../model/database-url.ts';
import type {Keeping} from '../engine.ts';
import {postgresKeeping} from './postgres-keeping.ts';
import {toPosition} from './postgres-position.ts';
import {PgSessions} from './postgres-sessions.ts';

const MOST_MS = 120_000;
const MIGRATION = {id: '0198c0de-0000-7000-8000-00000000beef', short: '0198beef', name: 'kept'};

describe.each([15, 17, 18] as const)('PostgreSQL %i', (version) => {
  const world = async () => {
    const side = await openSide('source', await (await postgresServer({version})).createDatabase(), MIGRATION);
    await side.run('CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1)');
    const {control, catalog, source} = side.database;
    await control.install();
    const tables = await catalog.tables({tables: ['public.item'], exclude: []});
    await source.createStream('forward', tables, new AbortController().signal);
    const {keeping} = source;
    if (!keeping) throw new Error('PostgreSQL keeps a place');
    const places = async (): Promise<readonly (readonly [string, string])[]> => {
      const rows = await side.rows(
        `SELECT right(slot_name, 4), confirmed_flush_lsn::text FROM pg_replication_slots WHERE database = current_database() ORDER BY 1`,
      );
      return rows.map(([name, place]) => [name ?? '', place ?? '']);
    };
    const drop = (end: string) =>
      side.run(
        `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database() AND slot_name LIKE '%${end}'`,
      );
    const dispose = async (): Promise<void> => {
      await source.dropStream('forward');
      expect(await places()).toEqual([]);
      await side.close();
    };
    return {side, keeping, places, drop, source, [Symbol.asyncDispose]: dispose};
  };
  const begun = async (keeping: Keeping): Promise<void> => {
    await keeping.begin();
    await keeping.begin();
  };

  test('it is made where the stream stands, moved forward alone, and the stream goes back to it', {timeout: MOST_MS}, async () => {
    await using here = await world();
    const {side, keeping, places, drop} = here;
    await begun(keeping);
    const [[, read] = ['', ''], [, kept] = ['', '']] = await places();
    expect(kept).toBe(read);
    await side.run('INSERT INTO item VALUES (2)');
    const now = toPosition((await side.value('SELECT pg_current_wal_flush_lsn()::text')) ?? '');
    expect(await keeping.upTo(now)).toBe(true);
    expect(await places()).toEqual([
      ['_fwd', read],
      ['kept', now],
    ]);
    expect(await keeping.upTo(toPosition(read))).toBe(true);
    expect(await keeping.upTo(toPosition('FFFF/0'))).toBe(true);
    expect((await places())[1]).toEqual(['kept', now]);
    // The reader has told the server more than anybody has.
    expect(await keeping.goBack()).toBe(now);
    expect((await places())[0]).toEqual(['_fwd', now]);
    // A crash between the two: either is made from the other.
    await drop('_fwd');
    await begun(keeping);
    expect((await places()).map(([name]) => name)).toEqual(['_fwd', 'kept']);
    await drop('kept');
    expect(await keeping.upTo(now)).toBe(false);
    expect(await keeping.goBack()).toBeUndefined();
    await begun(keeping);
    expect((await places()).map(([name]) => name)).toEqual(['_fwd', 'kept']);
  });

  test('where it would keep more than it may, it goes, and is made anew at the place of the stream', {timeout: MOST_MS}, async () => {
    await using here = await world();
    const {keeping, places, side} = here;
    await keeping.begin();
    const sessions = new PgSessions({url: new DatabaseUrl(side.url), side: 'source', migration: MIGRATION, effects: realEffects()});
    const [before] = await places();
    const little = postgresKeeping(sessions, MIGRATION, 0);
    await side.run('INSERT INTO item VALUES (2)');
    expect(await little.upTo(toPosition(before?.[1] ?? ''))).toBe(false);
    expect(await places()).toEqual([before]);
    await sessions.close();
    await keeping.begin();
    expect((await places()).map(([name]) => name)).toEqual(['_fwd', 'kept']);
  });

  test('the stream does not go back while somebody reads it, and nothing is made of one that was dropped', {timeout: MOST_MS}, async () => {
    await using here = await world();
    const {keeping, places, drop, source, side} = here;
    await keeping.begin();
    const stop = new AbortController();
    const tables = await side.database.catalog.tables({tables: ['public.item'], exclude: []});
    const [[, place] = ['', '']] = await places();
    const reading = (async () => {
      for await (const _batch of source.changes('forward', toPosition(place), tables, stop.signal)) stop.signal.throwIfAborted();
    })().catch(() => undefined);
    const isRead = `SELECT bool_or(active)::text FROM pg_replication_slots WHERE database = current_database()`;
    while ((await side.value(isRead)) !== 'true') await side.value('SELECT pg_sleep(0.05)');
    await expect(keeping.goBack()).rejects.toMatchObject({code: 'CF-SRC-006'});
    stop.abort();
    await reading;
    await keeping.goBack();
    await side.run(`DELETE FROM crossfade.stream`);
    await drop('_fwd');
    await keeping.begin();
    expect((await places()).map(([name]) => name)).toEqual(['kept']);
  });
});
