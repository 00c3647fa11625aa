/** Between servers of MySQL and MariaDB under live writes: forward, back, forward again, and the end, by the real command line. */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {startFollowingWriter, type Write} from '../support/following-writer.ts';
import {type HadServer, hadServers} from '../support/mysql-databases.ts';
import type {At} from '../support/runner-effects.ts';
import {isPhaseEnded, openStory, type Story} from '../support/story.ts';
import {asked, thereAndBack} from '../support/there-and-back.ts';

const CLIENTS = 4;

const SCHEMA = [
  `CREATE TABLE account (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL, balance decimal(12,2) NOT NULL DEFAULT 0, seat int NULL,
    mood enum('happy','sad') NOT NULL DEFAULT 'happy', tags set('new','vip','old'), is_active tinyint(1) NOT NULL DEFAULT 1, note text,
    picture blob, rating double, weight float, flags bit(11), born date, wakes time, settings json, changed timestamp(3) NOT NULL DEFAULT current_timestamp(3),
    initial varchar(1) AS (left(name, 1)) STORED, UNIQUE KEY one_each (seat))`,
  `CREATE TABLE entry (
    client int NOT NULL, n int NOT NULL, account bigint unsigned NOT NULL, amount decimal(12,2) NOT NULL, at datetime(6) NOT NULL DEFAULT current_timestamp(6),
    PRIMARY KEY (client, n), KEY (account), CONSTRAINT entry_account FOREIGN KEY (account) REFERENCES account (id))`,
];
const ACCOUNTS = 1_000;
const FILL = `INSERT INTO account (name, balance, seat, mood, tags, note, picture, rating, weight, flags, born, wakes, settings)
  WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 1000)
  SELECT concat('Straße ', n), n / 4, n, if(n % 3, 'happy', 'sad'), if(n % 2, 'new,vip', ''), repeat('täglich ', n % 50), unhex(sha2(n, 256)), n / 7, n / 3, n,
    date_add('2001-01-01', interval n day), sec_to_time(n * 13), json_object('n', n, 'price', cast(n / 8 as decimal(10, 3)), 'a', json_array(1.5, null, 'ü')) FROM i`;

type MovedStory = AsyncDisposable & {
  readonly story: Story;
  /** No other on these servers has it. */
  readonly name: string;
  /** Ends the clients; every entry that one was told of is on the target once, and the accounts add up. */
  expectNothingLost(): Promise<void>;
};

type Pair = {readonly from: HadServer; readonly to: HadServer};

async function openMovedStory({from, to}: Pair): Promise<MovedStory> {
  const kind = from.request.flavour === to.request.flavour ? 'catalog' : 'convert';
  const schema = `moved-${randomBytes(6).toString('hex')}`;
  const on = ({server}: HadServer) => {
    if (!server) throw new Error('the tests of a server that could not be had are left out');
    return {createDatabase: () => server.createDatabase(schema)};
  };
  const story = await openStory({
    name: schema,
    tables: [`${schema}.*`],
    on: {source: on(from), target: on(to)},
    plan: {
      source: {engine: from.request.flavour, url: 'env:STORY_SOURCE'},
      target: {engine: to.request.flavour, url: 'env:STORY_TARGET'},
      schema: {kind},
    },
  });
  await story.source.run(...SCHEMA, FILL);
  const write: Write = (client, n) => {
    const account = 1 + ((client * 7919 + n * 31) % ACCOUNTS);
    // Each client gives the seats of two accounts of its own to one another, again and again.
    const [one, other] = n % 2 ? [client * 2 + 1, ACCOUNTS - client * 2] : [ACCOUNTS - client * 2, client * 2 + 1];
    const [first, last] = [client * 2 + 1, ACCOUNTS - client * 2];
    return [
      `UPDATE account SET balance = balance + ${n}.25, note = concat('by ', ${client}) WHERE id = ${account}`,
      `UPDATE account SET seat = NULL WHERE id = ${one}`,
      `UPDATE account SET seat = ${first} WHERE id = ${other}`,
      `UPDATE account SET seat = ${last} WHERE id = ${one}`,
      `INSERT INTO entry (client, n, account, amount) VALUES (${client}, ${n}, ${account}, ${n}.25)`,
    ];
  };
  const writer = startFollowingWriter([story.source.url, story.target.url], CLIENTS, write);
  return {
    story,
    name: schema,
    async expectNothingLost() {
      await writer.stop();
      expect(writer.moves()).toBeGreaterThanOrEqual(CLIENTS * 3);
      const rows = await story.target.rows(`SELECT concat_ws(' ', client, n) FROM entry`);
      expect(rows).toHaveLength(writer.acknowledged.size);
      expect(new Set(rows.flat())).toEqual(writer.acknowledged);
      const [sums] = await story.target.rows(
        `SELECT cast((SELECT sum(amount) FROM entry) AS decimal(20, 2)), cast((SELECT sum(balance) - sum(id) / 4 FROM account) AS decimal(20, 2)), (SELECT count(DISTINCT seat) FROM account)`,
      );
      expect(sums?.[1]).toBe(sums?.[0]);
      expect(sums?.[2]).toBe(String(ACCOUNTS));
      await expect(story.target.run('INSERT INTO account (name, seat) VALUES ("twin", 500)')).rejects.toMatchObject({errno: 1062});
    },
    async [Symbol.asyncDispose]() {
      await writer.stop().catch(() => undefined); // thrown by the story, unless it failed before
      await story[Symbol.asyncDispose]();
    },
  };
}

const [mysql, mariadb, newMariadb] = await hadServers();
const [otherMysql] = await hadServers(({flavour}) => (flavour === 'mysql' ? {'innodb-buffer-pool-size': '64M'} : {}));

const pairs = (
  ...found: readonly (readonly [HadServer | undefined, HadServer | undefined])[]
): readonly (Pair & {readonly title: string})[] =>
  found.flatMap(([from, to]) => (from && to ? [{title: `${from.title} to ${to.title}`, from, to}] : []));

describe.each(pairs([mysql, otherMysql], [mariadb, newMariadb], [mysql, newMariadb], [mariadb, mysql]))('$title', (pair) => {
  test.skipIf(!pair.from.server || !pair.to.server)(
    'goes there, comes back, goes there again and ends, and nothing is lost, also of values that rows exchange (H-21)',
    async () => {
      await using moved = await openMovedStory(pair);
      await thereAndBack(moved.story, moved.name);
      await moved.expectNothingLost();
    },
  );
});

const write = (label: string): At => ({kind: 'journal.write', label});

/** With what the schema's own server writes: the one that DDL may take apart. */
describe.each(pairs([mysql, otherMysql]))('$title', (pair) => {
  test.skipIf(!pair.from.server || !pair.to.server)(
    'killed while the schema is made, taken apart and put together, and in both cutovers, it goes on, and nothing is lost',
    {timeout: 300_000},
    async () => {
      await using moved = await openMovedStory(pair);
      const {story, name} = moved;
      await story.killAt(write('step-outcome prepare-target/set-aside'), ['run', story.planFile]);
      for (const step of ['catch-up/schema-post-data', 'cutover/decide']) await story.killAt(write(`step-outcome ${step}`));
      const runner = story.start(['resume'], {...write('step-outcome reverse-cutover/decide'), act: 'kill'});
      // An attempt that was taken back leads to the window again, where it has to be asked for again.
      while (runner.isRunning) await Promise.race([runner.ended, story.type('reverse', '--confirm', name, '--reason', 'the story')]);
      expect(await runner.ended, `the runner ended before the reverse cutover was decided: ${runner.lastWords()}`).toBeNull();
      const last = story.start(['resume']);
      await story.untilFact('the target is open again', isPhaseEnded('cutover', 'done'), 2);
      await asked(story, 'complete', name);
      expect(await last.ended, last.lastWords()).toBe(0);
      await moved.expectNothingLost();
    },
  );
});

describe.each(pairs([mariadb, newMariadb]))('$title', (pair) => {
  test.skipIf(!pair.from.server || !pair.to.server)(
    'an abort leaves tables that were there before empty, and whole as they were',
    async () => {
      await using moved = await openMovedStory(pair);
      const {story} = moved;
      await story.target.run(...SCHEMA);
      const told = async (): Promise<readonly string[]> => {
        const tables = await Promise.all(['account', 'entry'].map((table) => story.target.rows(`SHOW CREATE TABLE ${table}`)));
        return tables.flatMap((rows) =>
          String(rows[0]?.[1])
            .replace(/ AUTO_INCREMENT=\d+/, '')
            .replaceAll(/,$/gm, '')
            .split('\n')
            .toSorted(),
        );
      };
      const whole = await told();
      const plan = story.writePlan('there.yaml', {schema: {kind: 'existing'}});
      await story.killAt(write('step-outcome initial-load/copy-chunks'), ['run', plan]);
      expect(whole.filter((line) => line.includes('one_each') || line.includes('entry_account'))).toHaveLength(2);
      expect(await told()).toEqual(whole.filter((line) => !line.includes('one_each') && !line.includes('entry_account')));
      expect(await story.target.value('SELECT count(*) FROM account')).toBe(String(ACCOUNTS));
      expect(await story.type('abort', '--yes', '--reason', 'the story')).toMatchObject({code: 0});
      const runner = story.start(['resume']);
      expect(await runner.ended, runner.lastWords()).toBe(6);
      expect(await told()).toEqual(whole);
      expect(await story.target.rows('SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM entry)')).toEqual([['0', '0']]);
    },
  );
});
