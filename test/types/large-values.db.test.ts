/** One value of 64 MiB goes every way a value can go, and one above the plan's limit is refused by table, column and key. */
import {expect, test, vi} from 'vitest';
import type {TestSide} from '../support/databases.ts';
import {openTypeWorld, type TypeWorld} from './type-world.ts';

/** Megabytes take as long as the disk they share with others. */
vi.setConfig({testTimeout: 900_000});

const MIB = 1024 ** 2;
const WHOLE = async () => [{after: undefined, to: undefined}];
/** Not the same byte all over, and not what any compression makes small enough to escape the paths of large values. */
const large = (mib: number, word: string): string => `decode(repeat(md5('${word}'), ${mib * 2 ** 16}), 'hex')`;
const text = (mib: number, word: string): string => `repeat('${word}"\\\\', ${Math.floor((mib * MIB) / (word.length + 2))})`;

const open = async (limit?: number): Promise<TypeWorld> => {
  const world = await openTypeWorld(limit === undefined ? {} : {valueBytesMax: limit});
  await world.both('CREATE TABLE documents (id int PRIMARY KEY, body bytea, note text, doc jsonb)');
  return world;
};
const sums = (side: TestSide) =>
  side.rows('SELECT id, octet_length(body), sha256(body), octet_length(note), md5(note), md5(doc::text) FROM documents ORDER BY id');
const expectSame = async ({source, target}: TypeWorld, rows: number): Promise<void> => {
  const there = await sums(source);
  expect(there).toHaveLength(rows);
  expect(await sums(target)).toEqual(there);
};

test('a value of 64 MiB is copied, streamed, moved with its key and brought back', async () => {
  await using world = await open();
  const {source, target} = world;
  await world.beginStream('forward');
  await source.run(`INSERT INTO documents VALUES (1, ${large(64, 'one')}, 'small', NULL)`);
  await world.copy(await world.mappings('forward'), WHOLE);
  await expectSame(world, 1);
  await world.stream('forward');
  await source.run(
    `INSERT INTO documents VALUES (2, ${large(64, 'two')}, NULL, NULL), (3, NULL, ${text(64, 'a word with a quotation mark and a backslash at its very end')}, jsonb_build_object('a', repeat('b', ${8 * MIB})))`,
    `UPDATE documents SET body = ${large(64, 'another')} WHERE id = 1`,
    'UPDATE documents SET id = 20 WHERE id = 2',
  );
  await world.stream('forward');
  await expectSame(world, 3);
  await world.stopStream('forward');
  await world.beginStream('reverse');
  await target.run(`UPDATE documents SET body = ${large(64, 'back')} WHERE id = 20`, 'DELETE FROM documents WHERE id = 3');
  await world.stream('reverse');
  await expectSame(world, 2);
});

test.each([
  [
    'bytea',
    `UPDATE documents SET body = ${large(2, 'x')} WHERE id = 7`,
    /public\.documents has a value of 2097152 bytes in body where id = 7/,
  ],
  ['text', `INSERT INTO documents VALUES (8, NULL, ${text(2, 'ab')})`, /public\.documents has a value of \d+ bytes in note where id = 8/],
])('above the limit a %s ends the stream with table, column and key (H-75)', async (_type, statement, words) => {
  await using world = await open(MIB);
  await world.beginStream('forward');
  await world.source.run('INSERT INTO documents VALUES (7)');
  await world.copy(await world.mappings('forward'), WHOLE);
  await world.stream('forward');
  await world.source.run(`UPDATE documents SET body = ${large(1, 'just fits')} WHERE id = 7`);
  await world.stream('forward');
  await world.source.run(statement);
  await expect(world.stream('forward')).rejects.toMatchObject({code: 'CF-APPLY-003', message: expect.stringMatching(words)});
  expect(await world.target.rows('SELECT id, octet_length(body), note FROM documents')).toEqual([['7', String(MIB), null]]);
});

test.each(['plain', 'mapped'])('above the limit a chunk is refused before it is stored (%s)', async (kind) => {
  await using world = await open(MIB);
  await world.beginStream('forward');
  await world.source.run(`INSERT INTO documents VALUES (1, NULL), (2, ${large(2, 'y')}), (3, NULL)`);
  const mappings = (await world.mappings('forward')).map((one) => ({...one, isPlain: kind === 'plain'}));
  await expect(world.copy(mappings, WHOLE)).rejects.toMatchObject({
    code: 'CF-APPLY-003',
    message: expect.stringMatching(
      /public\.documents has a value of 2097152 bytes in body where id = 2, and load\.valueMax is 1048576 bytes/,
    ),
  });
  expect(await world.target.rows('SELECT id FROM documents')).toEqual([]);
});
