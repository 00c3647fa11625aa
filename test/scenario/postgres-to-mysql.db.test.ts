/** PostgreSQL to MySQL and MariaDB under live writes: forward, back, forward again, and the end, by the real command line. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {startFollowingWriter, type Write} from '../support/following-writer.ts';
import {walkWithKills} from '../support/killed-walk.ts';
import {type HadServer, hadServers} from '../support/mysql-databases.ts';
import {openStory, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const CLIENTS = 4;
const ACCOUNTS = 1_000;
const TAGS = 300;
const STARTS = ['Ä', 'a', 'A', '_', 'é '];

const schemaOf = (name: string): readonly string[] => [
  `CREATE SCHEMA "${name}"`,
  `CREATE TYPE "${name}".mood AS ENUM ('happy', 'sad')`,
  `CREATE DOMAIN "${name}".label AS varchar(60) CHECK (VALUE <> '')`,
  `CREATE TABLE "${name}".account (
    id bigserial PRIMARY KEY, name "${name}".label NOT NULL, balance numeric(12,2) NOT NULL DEFAULT 0, mood "${name}".mood NOT NULL DEFAULT 'happy',
    is_active boolean NOT NULL DEFAULT true, note text, picture bytea, rating double precision, rate real, born date, wakes time, settings jsonb,
    code character(8), token uuid NOT NULL DEFAULT gen_random_uuid(), flags bit(5), changed timestamptz(3) NOT NULL DEFAULT now(), UNIQUE (name))`,
  `CREATE TABLE "${name}".entry (
    client int NOT NULL, n int NOT NULL, account bigint NOT NULL REFERENCES "${name}".account (id), amount numeric(12,2) NOT NULL,
    at timestamp NOT NULL DEFAULT now(), PRIMARY KEY (client, n))`,
  // Both order these keys in their own way, and write them in another one.
  `CREATE TABLE "${name}".tag (
    code varchar(20), at timestamptz, kind character(4), mood "${name}".mood, uses bigint NOT NULL DEFAULT 0, PRIMARY KEY (code, at, kind, mood))`,
  `INSERT INTO "${name}".tag SELECT (ARRAY[${STARTS.map((start) => `'${start}'`).join(', ')}])[1 + n % ${STARTS.length}] || n, '2024-03-10 01:59:59.9+00'::timestamptz + n * interval '1 hour', 'k' || n % 7, 'sad'
    FROM generate_series(1, ${TAGS}) AS n`,
  `CREATE TABLE "${name}".visit (id serial PRIMARY KEY, client int NOT NULL, n int NOT NULL)`,
  `INSERT INTO "${name}".account (name, balance, mood, is_active, note, picture, rating, rate, born, wakes, settings, code, flags)
    SELECT 'Straße ' || n, n / 4.0, (ARRAY['happy', 'sad'])[1 + n % 2]::"${name}".mood, n % 3 = 0, repeat('täglich ', n % 50), sha256(n::text::bytea), n / 7.0, n / 7.0,
      date '2001-01-01' + n, time '00:00' + n * interval '13.5 seconds', jsonb_build_object('n', n, 'a', jsonb_build_array(1.50, null, 'ü')), 'c' || n, (n % 32)::bit(5)
    FROM generate_series(1, ${ACCOUNTS}) AS n`,
];

type MovedStory = AsyncDisposable & {readonly story: Story; readonly examplePlan: string; expectNothingLost(): Promise<void>};

/** What the worked plan says of the shop, said of the schema of a story; its tables are the story's. */
const exampleOf = (schema: string): Readonly<Record<string, unknown>> => {
  const {mapping, conversion, scope} = parse(
    readFileSync('plans/postgres-to-mysql.yaml', 'utf8').replaceAll('shop.', `${schema}.`),
  ) as Readonly<Record<string, unknown>>;
  return {mapping, conversion, scope};
};

async function openMovedStory({server, request}: HadServer, name: string, more: readonly string[] = []): Promise<MovedStory> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const story = await openStory({
    name,
    tables: ['*.account', '*.entry', '*.tag', '*.visit'],
    on: {target: server},
    plan: {target: {engine: request.flavour, url: 'env:STORY_TARGET'}, schema: {kind: 'convert'}},
  });
  const schema = new URL(story.target.url).pathname.slice(1);
  await story.source.run(...schemaOf(schema), `SET search_path = "${schema}"`, ...more, 'RESET search_path');
  const examplePlan = story.writePlan('example.yaml', exampleOf(schema));
  const write: Write = (client, n) => {
    const account = 1 + ((client * 7919 + n * 31) % ACCOUNTS);
    const tag = 1 + (n % TAGS);
    return [
      `UPDATE "${schema}".account SET balance = balance + ${n}.25, note = concat('by ', ${client}) WHERE id = ${account}`,
      `UPDATE "${schema}".tag SET uses = uses + 1 WHERE code = '${STARTS[tag % STARTS.length]}${tag}'`,
      `INSERT INTO "${schema}".visit (client, n) VALUES (${client}, ${n})`,
      `INSERT INTO "${schema}".entry (client, n, account, amount) VALUES (${client}, ${n}, ${account}, ${n}.25)`,
    ];
  };
  const writer = startFollowingWriter([story.source.url, story.target.url], CLIENTS, write);
  return {
    story,
    examplePlan,
    async expectNothingLost() {
      await writer.stop();
      expect(writer.moves()).toBeGreaterThanOrEqual(CLIENTS * 3);
      const rows = await story.target.rows(`SELECT concat_ws(' ', client, n) FROM entry`);
      expect(rows).toHaveLength(writer.acknowledged.size);
      expect(new Set(rows.flat())).toEqual(writer.acknowledged);
      const [sums] = await story.target.rows(
        `SELECT (SELECT sum(amount) FROM entry), CAST((SELECT sum(balance - id / 4) FROM account) AS decimal(20, 2))`,
      );
      expect(sums?.[1]).toBe(sums?.[0]);
      expect(await story.target.value('SELECT count(DISTINCT client, n) FROM visit')).toBe(String(writer.acknowledged.size));
      expect(Number(await story.target.value('SELECT sum(uses) FROM tag'))).toBe(writer.acknowledged.size);
    },
    async [Symbol.asyncDispose]() {
      await writer.stop().catch(() => undefined); // thrown by the story, unless it failed before
      await story[Symbol.asyncDispose]();
    },
  };
}

/** Of each product one. */
const [mysql, , mariadb] = await hadServers();

describe.each([mysql, mariadb].flatMap((had) => had ?? []))('PostgreSQL to $title', (had) => {
  test.skipIf(!had.server)('goes there, comes back, goes there again and ends, and nothing is lost', async () => {
    // An index that only PostgreSQL has: the worked plan leaves it behind.
    await using moved = await openMovedStory(had, 'from-postgres', [
      'CREATE UNIQUE INDEX one_champion ON account (is_active) WHERE id < 0',
    ]);
    await thereAndBack(moved.story, 'from-postgres', moved.examplePlan);
    await moved.expectNothingLost();
    // The default makes one of 16 bytes for each row that names none.
    await moved.story.target.run(`INSERT INTO account (name) VALUES ('one more'), ('and another')`);
    expect(await moved.story.target.value('SELECT count(DISTINCT token) FROM account WHERE length(token) = 16')).toBe(String(ACCOUNTS + 2));
    const types = await moved.story.target.rows(
      `SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = database() AND table_name = 'account' AND column_name IN ('token', 'rate') ORDER BY 1`,
    );
    expect(types).toEqual([
      ['rate', 'double'],
      ['token', 'binary(16)'],
    ]);
  });
});

/** Of each cutover one before the decision, which is taken back, the decision itself, and one after it. */
const STEPS = ['raise-fence', 'decide', 'open'];

describe.each([mysql].flatMap((had) => had ?? []))('PostgreSQL to $title', (had) => {
  test.skipIf(!had.server)(
    'killed in every phase and at steps of both cutovers, it goes on, and nothing is lost',
    {timeout: 600_000},
    async () => {
      await using moved = await openMovedStory(had, 'killed-from-postgres');
      await walkWithKills(moved.story, 'killed-from-postgres', undefined, STEPS);
      await moved.expectNothingLost();
    },
  );
});
