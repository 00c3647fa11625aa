/**
 * What somebody may do to published tables and to the publication itself while a stream is in use, and what a look at the
 * catalogue says of it, whether rows were written or not. Each is done to a stream that was just made.
 */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {ownMigration} from '../../../test/support/own-migration.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {storyDatabase, type StoryDatabase} from '../../../test/support/story-database.ts';

const SCOPE = {tables: ['post.*'], exclude: ['post.scratch*']};
const MAKE = `
DROP SCHEMA IF EXISTS post, attic CASCADE;
CREATE SCHEMA post;
CREATE SCHEMA attic;
CREATE TABLE post.visits (id int PRIMARY KEY, person int NOT NULL, day date);
CREATE TABLE post.tickets (id int PRIMARY KEY, code text NOT NULL, other text NOT NULL);
CREATE UNIQUE INDEX tickets_code ON post.tickets (code);
CREATE UNIQUE INDEX tickets_other ON post.tickets (other);
ALTER TABLE post.tickets REPLICA IDENTITY USING INDEX tickets_code;
CREATE TABLE post.parts (region text, id int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE post.parts_a PARTITION OF post.parts FOR VALUES IN ('a');
CREATE TABLE post.parts_b PARTITION OF post.parts FOR VALUES IN ('b') PARTITION BY RANGE (id);
INSERT INTO post.visits SELECT n, n FROM generate_series(1, 9) n;
CREATE TABLE attic.filled (region text NOT NULL DEFAULT 'b', id int NOT NULL, PRIMARY KEY (region, id));
INSERT INTO attic.filled (id) VALUES (1), (2);`;

let side: TestSide;
let app: StoryDatabase;
const {short, ...rest} = ownMigration();
const publication = `"crossfade_${short}"`;

beforeAll(async () => {
  side = await openSide('source', await (await postgresServer({version: 17})).createDatabase(), {short, ...rest});
  app = await storyDatabase(side.url);
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(1, 'test');
});
afterAll(async () => {
  await side.database.source.dropStream('forward');
  await app.close();
  await side.close();
});

const probe = () => side.database.source.probeSchema('forward', SCOPE);

/** A new stream over new tables, of which nothing is noted. */
async function makeStream(): Promise<void> {
  await side.database.source.dropStream('forward');
  await app.run(MAKE, 'TRUNCATE crossfade.ddl');
  await side.database.source.createStream('forward', await side.database.catalog.tables(SCOPE), new AbortController().signal);
  await probe();
}

const whole = 'post.visits, post.tickets, post.parts, crossfade.tag';

/** `told`: of the difference, then of the statements; one after the other. */
const CHANGES: readonly (readonly [what: string, statements: readonly string[], told: readonly RegExp[]])[] = [
  [
    'the index of REPLICA IDENTITY USING INDEX is dropped (H-4)',
    ['DROP INDEX post.tickets_code'],
    [/replica identity index post\.tickets is gone/, /DROP INDEX dropped post\.tickets_code/],
  ],
  [
    'another index becomes the replica identity (H-4)',
    ['ALTER TABLE post.tickets REPLICA IDENTITY USING INDEX tickets_other'],
    [/replica identity index post\.tickets was code, is other/, /ALTER TABLE post\.tickets/],
  ],
  [
    'the replica identity becomes the whole row (H-4)',
    ['ALTER TABLE post.tickets REPLICA IDENTITY FULL'],
    [/replica identity i.*replica identity f/, /ALTER TABLE/],
  ],
  [
    'a table is taken out of our publication (H-25)',
    [`ALTER PUBLICATION ${publication} DROP TABLE post.visits`],
    [/published post\.visits is gone/, /ALTER PUBLICATION dropped post\.visits/],
  ],
  [
    'it is put back: what was written in between is in no stream (H-25)',
    [`ALTER PUBLICATION ${publication} DROP TABLE post.visits`, `ALTER PUBLICATION ${publication} ADD TABLE post.visits`],
    [
      /published post\.visits was all rows of all columns, entry \d+, is all rows of all columns, entry \d+/,
      /ALTER PUBLICATION post\.visits in/,
    ],
  ],
  [
    'a filter of rows (H-25)',
    [`ALTER PUBLICATION ${publication} SET TABLE post.visits WHERE (id > 3), ${whole.replace('post.visits, ', '')}`],
    [/published post\.visits was all rows.*is some rows of all columns/, /ALTER PUBLICATION/],
  ],
  [
    'a list of columns (H-25)',
    [`ALTER PUBLICATION ${publication} SET TABLE post.visits (id, person), ${whole.replace('post.visits, ', '')}`],
    [/published post\.visits was all rows.*is all rows of some columns/, /ALTER PUBLICATION/],
  ],
  [
    'no deletes for a while (H-25)',
    [
      `ALTER PUBLICATION ${publication} SET (publish = 'insert')`,
      `ALTER PUBLICATION ${publication} SET (publish = 'insert, update, delete, truncate')`,
    ],
    [/publication \S+ was inserts, updates, deletes, truncates, through the root, version \d+, is inserts, updates/, /ALTER PUBLICATION/],
  ],
  ['the whole publication (H-25)', [`DROP PUBLICATION ${publication}`], [/publication \S+ is gone/, /DROP PUBLICATION dropped/]],
  [
    'a new table that the scope names (H-28)',
    ['CREATE TABLE post.parcels (id int)'],
    [/table post\.parcels is new/, /CREATE TABLE post\.parcels/],
  ],
  [
    'a table that comes into the scope (H-28)',
    ['CREATE TABLE attic.parcels AS SELECT 1 AS id', 'ALTER TABLE attic.parcels SET SCHEMA post'],
    [/table post\.parcels is new/, /CREATE TABLE AS attic\.parcels/],
  ],
  [
    'a column with a default, of which no row tells (H-28)',
    ['ALTER TABLE post.visits ADD COLUMN seen int DEFAULT 7'],
    [/column post\.visits\.seen is new \(integer/, /ALTER TABLE post\.visits/],
  ],
  [
    'a type is changed, and every row with it (H-31)',
    ['ALTER TABLE post.visits ALTER person TYPE text USING -person'],
    [/column post\.visits\.person was integer.*is text/, /ALTER TABLE post\.visits/],
  ],
  [
    'a table gets another name (H-28)',
    ['ALTER TABLE post.visits RENAME TO calls'],
    [/table post\.calls is new[\s\S]*table post\.visits is gone/, /ALTER TABLE post\.calls/],
  ],
  ['a table is dropped (H-28)', ['DROP TABLE post.visits'], [/table post\.visits is gone/, /DROP TABLE dropped post\.visits/]],
  [
    'a filled table becomes a partition (H-14)',
    [
      `ALTER TABLE attic.filled SET SCHEMA post`,
      `UPDATE post.filled SET region = 'c'`,
      `ALTER TABLE post.parts ATTACH PARTITION post.filled DEFAULT`,
    ],
    [/partition post\.filled is new/, /ALTER TABLE post\.parts/],
  ],
  [
    'a filled table becomes a partition of a partition (H-14)',
    ['ALTER TABLE post.parts_b ATTACH PARTITION attic.filled FOR VALUES FROM (1) TO (9)'],
    [/partition attic\.filled is new/, /ALTER TABLE post\.parts_b/],
  ],
  [
    'a partition is taken away (H-14)',
    ['ALTER TABLE post.parts DETACH PARTITION post.parts_a'],
    [/partition post\.parts_a is gone/, /ALTER TABLE post\.parts/],
  ],
];

describe('told by its name, with the statement', () => {
  test.each(CHANGES)('%s', async (_what, statements, told) => {
    await makeStream();
    await app.run(...statements);
    const error: unknown = await probe().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({code: 'CF-DDL-001'});
    const text = String(error);
    for (const part of told) expect(text).toMatch(part);
  });
});

test('a published table stays logged: the server itself refuses to change that (H-13)', async () => {
  await makeStream();
  await expect(app.run('ALTER TABLE post.visits SET UNLOGGED')).rejects.toMatchObject({code: '55000'});
  await probe();
});

test('what leaves the stream whole is no obstacle', async () => {
  await makeStream();
  await app.run(
    'CREATE TABLE attic.mine (id int)',
    'CREATE TABLE post.scratch_1 (id int)',
    'CREATE TEMPORARY TABLE parcels (id int)',
    'CREATE INDEX ON post.visits (person)',
    `COMMENT ON TABLE post.visits IS 'of people'`,
    'ALTER TABLE post.visits ALTER person SET STATISTICS 500',
    'REINDEX INDEX CONCURRENTLY post.tickets_code',
    'REINDEX INDEX CONCURRENTLY post.visits_pkey',
    'VACUUM FULL pg_catalog.pg_publication',
    'VACUUM FREEZE',
    'DROP INDEX post.tickets_other',
  );
  await probe();
  await side.database.source.dropStream('forward');
  await probe();
});
