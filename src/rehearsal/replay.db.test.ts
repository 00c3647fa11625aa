import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {realEffects} from '../../test/support/effects.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {Change} from '../model/change.ts';
import {replayingOf} from './make-clone.ts';
import type {Recording} from './recording.ts';
import {Replay} from './replay.ts';

let source: TestSide;
let target: TestSide;
const [people, orders] = [
  {schema: 'shop', name: 'people'},
  {schema: 'shop', name: 'orders'},
];

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  source = await openSide('source', await server.createDatabase());
  target = await openSide('target', await server.createDatabase());
  await source.run(
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.people (id int PRIMARY KEY, name text NOT NULL)',
    'CREATE TABLE shop.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, buyer int REFERENCES shop.people ON DELETE CASCADE, data jsonb)',
    "CREATE FUNCTION shop.shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END'",
    'CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON shop.people FOR EACH ROW EXECUTE FUNCTION shop.shout()',
    "INSERT INTO shop.people VALUES (1, 'one'), (2, 'two')",
    // Written after the recording: its row goes with that of the first person.
    'INSERT INTO shop.orders (buyer) VALUES (1)',
  );
});

afterAll(async () => {
  await source?.close();
  await target?.close();
});

const recordingOf = (...transactions: readonly (readonly Change[])[]): Recording => ({
  head: {
    ...({format: 'crossfade-recording', version: 1, plan: 'shop', recordedAt: '2026-01-01T00:00:00.000Z'} as const),
    ...{lastedMs: 50, transactions: transactions.length, keyDigest: '', rulesDigest: ''},
  },
  transactions: transactions.map((changes, i) => ({atMs: i * 10, changes})),
});

async function play(recording: Recording, rounds: number): Promise<Replay> {
  const tables = await source.database.catalog.tables({tables: ['shop.*'], exclude: []});
  const sides = {source: replayingOf(source.database), target: replayingOf(target.database)};
  const replay = new Replay({sides, recording, tables, ties: await source.database.rehearsing.ties(tables), clock: realEffects().clock});
  const enough = rounds * recording.transactions.length;
  await replay.during(() => untilTrue('the recording to be played', () => replay.taken('source') >= enough));
  return replay;
}

test('what a trigger makes of a row, a cascade takes away and a round repeats is no loss; what somebody else changes is one', async () => {
  const recording = recordingOf(
    [
      {kind: 'insert', table: people, key: ['7'], row: {id: '7', name: 'seven'}},
      {kind: 'insert', table: orders, key: ['100'], row: {id: '100', buyer: '7', data: '{"a":  1}'}},
    ],
    [{kind: 'update', table: people, key: ['2'], row: {id: '2', name: 'twice'}}],
    [{kind: 'update', table: orders, key: ['100'], row: {id: '100', buyer: '1'}}],
    [{kind: 'delete', table: people, key: ['1']}],
    [{kind: 'insert', table: people, key: ['1'], row: {id: '1', name: 'one again'}}],
    [{kind: 'update', table: people, key: ['8'], oldKey: ['7'], row: {id: '8', name: 'eight'}}],
  );
  const replay = await play(recording, 3);
  expect(await source.value('SELECT name FROM shop.people WHERE id = 2')).toBe('TWICE');
  const account = await replay.account();
  expect(account).toMatchObject({lost: [], refused: 0, unknown: 0, replayed: {rounds: expect.any(Number), recordedMs: 50}});
  expect(account.acknowledged).toBeGreaterThanOrEqual(18);
  await source.run('ALTER TABLE shop.people DISABLE TRIGGER shout', "UPDATE shop.people SET name = 'x' WHERE id = 2");
  expect((await replay.account()).lost).toEqual(['shop.people: name']);
  await source.run('DELETE FROM shop.people WHERE id = 2');
  expect((await replay.account()).lost).toEqual(['shop.people: a row']);
});

test('changes of rows that are not there are counted, and so is what a constraint refuses', async () => {
  const recording = recordingOf(
    [{kind: 'update', table: people, key: ['999'], row: {id: '999', name: 'x'}}],
    [{kind: 'insert', table: orders, key: ['200'], row: {id: '200', buyer: '999', data: null}}],
    [{kind: 'update', table: people, key: ['2'], row: {id: '2', name: 'y'}}],
  );
  const account = await (await play(recording, 1)).account();
  expect(account.refused).toBeGreaterThan(0);
  expect(account.replayed?.absent).toBeGreaterThan(0);
  expect(account.lost).toEqual([]);
});
