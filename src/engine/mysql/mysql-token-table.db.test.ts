/** The canary's table: closed and opened with the migration's own tables, shared with others, told to no other side, and gone with the rest. */
import mysql from 'mysql2/promise';
import {describe, expect, test} from 'vitest';
import {
  hadServers,
  type HadServer,
  type MysqlDatabase,
  mysqlDatabase,
  newAccount,
  optionsFor,
} from '../../../test/support/mysql-databases.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';
import {someMigration} from '../../../test/support/mysql-receiver.ts';
import {takeLease} from '../../runner/lease.ts';
import type {StreamEvent} from '../../model/change.ts';
import type {Database, MigrationRef} from '../engine.ts';
import {mariadbEngine, mysqlEngine} from './mysql-engine.ts';

const BUDGET_MS = 60_000;
const NEVER = new AbortController().signal;
const CLOSED = 'crossfade.canary are closed on this side';

const open = ({request}: HadServer, url: string, migration: MigrationRef): Database =>
  (request.flavour === 'mysql' ? mysqlEngine : mariadbEngine).open(optionsFor(url, {migration}));

let seq = 0;
const token = ({short}: MigrationRef): string =>
  `INSERT INTO crossfade.canary (migration, attempt, token, client, seq) VALUES ('${short}', 1, uuid(), 1, ${++seq})`;

const triggersOf = async (database: MysqlDatabase, ...migrations: readonly MigrationRef[]): Promise<number> => {
  const ours = migrations.map(({short}) => `trigger_name LIKE 'crossfade\\_${short}%'`).join(' OR ');
  return (await database.rows(`SELECT 1 FROM information_schema.triggers WHERE event_object_table = 'canary' AND (${ours})`)).length;
};

describe.each(await hadServers())('$title', (had) => {
  test.skipIf(!had.server)('each migration closes and opens it for its own tokens only, whoever writes them', async () => {
    await using database = await mysqlDatabase(had.server);
    const [ours, theirs] = [someMigration(), someMigration()];
    const [one, other] = [open(had, database.url, ours), open(had, database.url, theirs)];
    const leases = [await takeLease(one, one, ours.id, 'test'), await takeLease(other, other, theirs.id, 'test')];
    const raise = (side: Database, attempt: number, epoch = 0) =>
      side.fence.raise({tables: [], attempt, epoch, budgetMs: BUDGET_MS, marker: 'test'});
    await database.run(token(ours));
    await raise(one, 1001, leases[0]?.epoch);
    await expect(database.run(token(ours))).rejects.toThrow(CLOSED);
    await database.run(token(theirs));
    await raise(other, 2001, leases[1]?.epoch);
    await expect(database.run(token(theirs))).rejects.toThrow(CLOSED);
    await one.fence.release(1001);
    await database.run(token(ours));
    await expect(database.run(token(theirs).replace('INSERT', 'INSERT IGNORE'))).rejects.toThrow(CLOSED);
    await one.fence.clean([]);
    expect(await triggersOf(database, ours, theirs)).toBe(1);

    expect((await one.tokens?.tokens(1))?.map((row) => row.client)).toEqual([1, 1]);
    expect((await one.tokens?.tokens(2))?.length).toBe(0);
    await other.fence.remove([]);
    expect(await triggersOf(database, ours, theirs)).toBe(0);
    for (const side of [other, one]) await side.control.remove();
    await Promise.all([one.close(), other.close()]);
  });

  test.skipIf(!had.server)('a side that was closed from its start refuses tokens until it is opened', async () => {
    await using database = await mysqlDatabase(had.server);
    const migration = someMigration();
    const side = open(had, database.url, migration);
    const {epoch} = await takeLease(side, side, migration.id, 'test');
    await side.fence.closeFromStart([]);
    await expect(database.run(token(migration))).rejects.toThrow(CLOSED);
    await side.fence.open(epoch);
    await database.run(token(migration));
    await side.fence.remove([]);
    await side.control.remove();
    await side.close();
  });

  test.skipIf(!had.server)('tokens are in the log, and no stream carries them to the other side', async () => {
    await using database = await mysqlDatabase(had.server);
    await database.run('CREATE TABLE item (id int PRIMARY KEY)');
    const migration = someMigration();
    const side = open(had, database.url, migration);
    await takeLease(side, side, migration.id, 'test');
    const tables = await side.catalog.tables({tables: [`${database.name}.item`], exclude: []});
    const from = await side.source.createStream('forward', tables, NEVER);
    await database.run(
      token(migration),
      'INSERT INTO item VALUES (1)',
      'START TRANSACTION',
      token(migration),
      'INSERT INTO item VALUES (2)',
      'COMMIT',
    );
    await side.source.mark('the end');
    const [over, seen] = [new AbortController(), [] as StreamEvent[]];
    for await (const events of side.source.changes('forward', from, tables, over.signal)) {
      seen.push(...events);
      if (seen.some((event) => event.type === 'mark' && event.content === 'the end')) over.abort();
    }
    const ended = await side.source.currentPosition();
    await side.source.probeStream('forward', ended);
    expect(seen.flatMap((event) => (event.type === 'change' && event.change.kind === 'insert' ? event.change.key : []))).toEqual([
      '1',
      '2',
    ]);
    // Other tests have tables made on the same server meanwhile.
    expect(seen.filter((event) => event.type === 'ours' || (event.type === 'schema' && event.table))).toEqual([]);
    expect((await side.tokens?.tokens(1))?.length).toBe(2);
    await side.control.remove();
    await side.close();
  });

  test.skipIf(!had.server)('an account is given what it lacks, and nothing else; who may not give it says who can (H-95)', async () => {
    await using database = await mysqlDatabase(had.server);
    const migration = someMigration();
    const [side, application] = [open(had, database.url, migration), await newAccount(database)];
    const role = application.name.replaceAll("'", '');
    expect(await side.tokens?.grants('nobody@nowhere')).toBeUndefined();
    await expect(side.tokens?.allow('nobody@nowhere')).rejects.toMatchObject({code: 'CF-CANARY-003'});
    expect((await side.tokens?.grants(role))?.map(({isHeld, isOptional}) => [isHeld, isOptional])).toEqual([
      [false, true],
      [false, true],
    ]);
    await takeLease(side, side, migration.id, 'test');

    const mover = await newAccount(database);
    await database.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON crossfade.* TO ${mover.name}`);
    const stranger = open(had, mover.url, migration);
    const grant = `GRANT GRANT OPTION ON \`crossfade\`.* TO ${mover.name};`;
    await expect(stranger.tokens?.allow(role)).rejects.toMatchObject({code: 'CF-CANARY-003', next: `an administrator runs: ${grant}`});
    await database.run(grant);
    await stranger.tokens?.allow(role);
    await stranger.tokens?.allow(role);
    // Nor does MariaDB make one, as a GRANT would by itself for an account that may make accounts.
    await database.run(`GRANT CREATE USER ON *.* TO ${mover.name}`);
    const maker = open(had, mover.url, migration);
    await expect(maker.tokens?.allow('nobody@nowhere')).rejects.toMatchObject({code: 'CF-CANARY-003'});
    await maker.close();
    expect(await database.rows(`SELECT 1 FROM mysql.user WHERE user = 'nobody'`)).toEqual([]);
    expect((await side.tokens?.grants(role))?.map(({isHeld}) => isHeld)).toEqual([true, true]);
    // It holds what it needs for its own tables, and is asked for nothing.
    const own = mover.name.replaceAll("'", '');
    expect((await stranger.tokens?.grants(own))?.map(({isHeld}) => isHeld)).toEqual([true, true]);

    const client = await mysql.createConnection(loginOf(application.url));
    await client.query(token(migration));
    await client.query('SELECT side FROM crossfade.route');
    await expect(client.query('DELETE FROM crossfade.canary')).rejects.toThrow('denied');
    await expect(client.query('SELECT * FROM crossfade.lease')).rejects.toThrow('denied');
    await client.end();
    await stranger.close();
    await side.control.remove();
    await side.close();
  });
});
