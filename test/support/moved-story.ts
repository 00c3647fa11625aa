/** A schema of MySQL or MariaDB on its way to PostgreSQL: clients write to whichever side is open, and the accounts have to add up. */
import {randomBytes} from 'node:crypto';
import {expect} from 'vitest';
import {startFollowingWriter, type Write, type WriterOptions} from './following-writer.ts';
import type {HadServer} from './mysql-databases.ts';
import {postgresServer} from './servers.ts';
import {openStory, type Story} from './story.ts';

const CLIENTS = 4;

const SCHEMA = [
  `SET SESSION sql_mode = ''`, // zero dates, as old applications have them
  `CREATE TABLE account (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL, balance decimal(12,2) NOT NULL DEFAULT 0,
    mood enum('happy','sad') NOT NULL DEFAULT 'happy', tags set('new','vip','old'), is_active tinyint(1) NOT NULL DEFAULT 1, note text,
    picture blob, rating double, born date, wakes time, settings json, seen datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    changed timestamp(3) NOT NULL DEFAULT current_timestamp(3))`,
  `CREATE TABLE entry (
    client int NOT NULL, n int NOT NULL, account bigint unsigned NOT NULL, amount decimal(12,2) NOT NULL, at datetime(6) NOT NULL DEFAULT current_timestamp(6),
    PRIMARY KEY (client, n), KEY (account), FOREIGN KEY (account) REFERENCES account (id))`,
  // A visit is written into the first partition, and the next write moves it to the second.
  `CREATE TABLE visit (client int NOT NULL, n int NOT NULL, PRIMARY KEY (client, n))
    PARTITION BY RANGE (n) (PARTITION new VALUES LESS THAN (1000000), PARTITION old VALUES LESS THAN (MAXVALUE))`,
];
const ACCOUNTS = 1_000;
const FILL = `INSERT INTO account (name, balance, mood, tags, note, picture, rating, born, wakes, settings)
  WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 1000)
  SELECT concat('Straße ', n), n / 4, if(n % 3, 'happy', 'sad'), if(n % 2, 'new,vip', ''), repeat('täglich ', n % 50), unhex(sha2(n, 256)), n / 7,
    date_add('2001-01-01', interval n day), sec_to_time(n * 13), json_object('n', n, 'a', json_array(1.5, null, 'ü')) FROM i`;

export type MovedStory = AsyncDisposable & {
  readonly story: Story;
  /** Ends the clients; every entry that one was told of is on the target once, and the accounts add up. `switches`: how often the open side changed. */
  expectNothingLost(switches?: number): Promise<void>;
};

/** There, back and there again. */
const SWITCHES = 3;

/** `plan`: sections beside the story's own. */
export async function openMovedStory(
  {server, request}: HadServer,
  name: string,
  {plan = {}, ...writing}: WriterOptions & {readonly plan?: Readonly<Record<string, unknown>>} = {},
): Promise<MovedStory> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  // Of its own: others have tables of these names on the same server.
  const schema = `moved_${randomBytes(6).toString('hex')}`;
  const story = await openStory({
    name,
    tables: [`${schema}.*`],
    on: {
      source: {createDatabase: () => server.createDatabase(schema)},
      target: await postgresServer({version: request.version === '10.11' ? 15 : 18}),
    },
    plan: {
      source: {engine: request.flavour, url: 'env:STORY_SOURCE'},
      schema: {kind: 'convert'},
      conversion: {zeroDates: 'nullable'},
      ...plan,
    },
  });
  await story.source.run(...SCHEMA, FILL);
  const write: Write = (client, n) => {
    const account = 1 + ((client * 7919 + n * 31) % ACCOUNTS);
    // Every second one leaves the accounts alone, whose dates and JSON Debezium does not carry.
    const amount = n % 2 ? 0 : `${n}.25`;
    const update = `UPDATE "${schema}".account SET balance = balance + ${amount}, note = concat('by ', ${client}) WHERE id = ${account}`;
    return [
      ...(amount === 0 ? [] : [update]),
      `INSERT INTO "${schema}".entry (client, n, account, amount) VALUES (${client}, ${n}, ${account}, ${amount})`,
      `INSERT INTO "${schema}".visit (client, n) VALUES (${client}, ${n})`,
      `UPDATE "${schema}".visit SET n = n + 1000000 WHERE client = ${client} AND n = ${n - 1}`,
    ];
  };
  const writer = startFollowingWriter([story.source.url, story.target.url], CLIENTS, write, writing);
  return {
    story,
    async expectNothingLost(switches = SWITCHES) {
      await writer.stop();
      expect(writer.moves()).toBeGreaterThanOrEqual(CLIENTS * switches);
      const rows = await story.target.rows(`SELECT concat_ws(' ', client, n) FROM "${schema}".entry`);
      expect(rows).toHaveLength(writer.acknowledged.size);
      expect(new Set(rows.flat())).toEqual(writer.acknowledged);
      const [sums] = await story.target.rows(
        `SELECT (SELECT sum(amount) FROM "${schema}".entry)::text, (SELECT sum(balance) - sum(id) / 4 FROM "${schema}".account)::numeric(20, 2)::text`,
      );
      expect(sums?.[1]).toBe(sums?.[0]);
      const visits = await story.target.rows(
        `SELECT client::text, count(*)::text, count(*) FILTER (WHERE tableoid = '"${schema}".visit_new'::regclass)::text, (max(n % 1000000))::text FROM "${schema}".visit GROUP BY client`,
      );
      // One transaction may have been made without the answer that says so.
      for (const [client, all, fresh, last] of visits) expect([client, fresh, last]).toEqual([client, '1', all]);
      expect(visits).toHaveLength(CLIENTS);
      expect(await story.target.value(`SELECT count(*) FROM "${schema}".account WHERE seen IS NULL`)).toBe(String(ACCOUNTS));
      expect(await story.source.value('SELECT count(*) FROM account WHERE seen = 0')).toBe(String(ACCOUNTS));
    },
    async [Symbol.asyncDispose]() {
      await writer.stop().catch(() => undefined); // thrown by the story, unless it failed before
      await story[Symbol.asyncDispose]();
    },
  };
}
