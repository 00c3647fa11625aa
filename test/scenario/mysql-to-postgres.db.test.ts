/** MySQL and MariaDB to PostgreSQL under live writes: forward, back, forward again, and the end, by the real command line. */
import {describe, expect, test} from 'vitest';
import {startFollowingWriter, type Write} from '../support/following-writer.ts';
import {type HadServer, hadServers} from '../support/mysql-databases.ts';
import {postgresServer} from '../support/servers.ts';
import type {At} from '../support/runner-effects.ts';
import {isPhaseEnded, openStory, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

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
];
const ACCOUNTS = 1_000;
const FILL = `INSERT INTO account (name, balance, mood, tags, note, picture, rating, born, wakes, settings)
  WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 1000)
  SELECT concat('Straße ', n), n / 4, if(n % 3, 'happy', 'sad'), if(n % 2, 'new,vip', ''), repeat('täglich ', n % 50), unhex(sha2(n, 256)), n / 7,
    date_add('2001-01-01', interval n day), sec_to_time(n * 13), json_object('n', n, 'a', json_array(1.5, null, 'ü')) FROM i`;

type MovedStory = AsyncDisposable & {
  readonly story: Story;
  /** Ends the clients; every entry that one was told of is on the target once, and the accounts add up. */
  expectNothingLost(): Promise<void>;
};

async function openMovedStory({server, request}: HadServer, name: string): Promise<MovedStory> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const story = await openStory({
    name,
    tables: ['*.account', '*.entry'],
    on: {source: server, target: await postgresServer({version: request.version === '10.11' ? 15 : 18})},
    plan: {
      source: {engine: request.flavour, url: 'env:STORY_SOURCE'},
      schema: {kind: 'convert'},
      conversion: {zeroDates: 'nullable'},
    },
  });
  await story.source.run(...SCHEMA, FILL);
  const schema = new URL(story.source.url).pathname.slice(1);
  const write: Write = (client, n) => {
    const account = 1 + ((client * 7919 + n * 31) % ACCOUNTS);
    return [
      `UPDATE "${schema}".account SET balance = balance + ${n}.25, note = concat('by ', ${client}) WHERE id = ${account}`,
      `INSERT INTO "${schema}".entry (client, n, account, amount) VALUES (${client}, ${n}, ${account}, ${n}.25)`,
    ];
  };
  const writer = startFollowingWriter([story.source.url, story.target.url], CLIENTS, write);
  return {
    story,
    async expectNothingLost() {
      await writer.stop();
      expect(writer.moves()).toBeGreaterThanOrEqual(CLIENTS * 3);
      const rows = await story.target.rows(`SELECT concat_ws(' ', client, n) FROM "${schema}".entry`);
      expect(rows).toHaveLength(writer.acknowledged.size);
      expect(new Set(rows.flat())).toEqual(writer.acknowledged);
      const [sums] = await story.target.rows(
        `SELECT (SELECT sum(amount) FROM "${schema}".entry)::text, (SELECT sum(balance) - sum(id) / 4 FROM "${schema}".account)::numeric(20, 2)::text`,
      );
      expect(sums?.[1]).toBe(sums?.[0]);
      expect(await story.target.value(`SELECT count(*) FROM "${schema}".account WHERE seen IS NULL`)).toBe(String(ACCOUNTS));
      expect(await story.source.value('SELECT count(*) FROM account WHERE seen = 0')).toBe(String(ACCOUNTS));
    },
    async [Symbol.asyncDispose]() {
      await writer.stop().catch(() => undefined); // thrown by the story, unless it failed before
      await story[Symbol.asyncDispose]();
    },
  };
}

const write = (label: string): At => ({kind: 'journal.write', label});
const outcome = (phase: string, ...steps: readonly string[]): readonly At[] => steps.map((step) => write(`step-outcome ${phase}/${step}`));

/** In the order in which a migration meets them. */
const BEFORE_THE_CUTOVER: readonly At[] = ['prepare-target', 'initial-load', 'catch-up', 'verify-data'].map((phase) =>
  write(`phase-ended ${phase}`),
);
const deaths = (phase: string): readonly At[] => outcome(phase, 'hold', 'raise-fence', 'mark-reverse', 'decide', 'open', 'route');

const SERVERS = await hadServers();

describe.each(SERVERS)('$title to PostgreSQL', (had) => {
  test.skipIf(!had.server)('goes there, comes back, goes there again and ends, and nothing is lost', async () => {
    await using moved = await openMovedStory(had, 'to-postgres');
    await thereAndBack(moved.story, 'to-postgres');
    await moved.expectNothingLost();
  });
});

/** Of each product one. */
describe.each(SERVERS.slice(0, 2))('$title to PostgreSQL', (had) => {
  test.skipIf(!had.server)(
    'killed in every phase and at the steps of both cutovers, it goes on, and nothing is lost',
    {timeout: 600_000},
    async () => {
      await using moved = await openMovedStory(had, 'killed');
      const {story} = moved;
      await story.killAt(write('phase-ended assess'), ['run', story.planFile]);
      for (const at of [...BEFORE_THE_CUTOVER, ...deaths('cutover')]) await story.killAt(at);
      for (const at of deaths('reverse-cutover')) {
        const runner = story.start(['resume'], {...at, act: 'kill'});
        // An attempt that was taken back leads to the window again, where it has to be asked for again.
        while (runner.isRunning) await Promise.race([runner.ended, story.type('reverse', '--confirm', 'killed', '--reason', 'the story')]);
        expect(await runner.ended, `the runner ended before it came to ${at.label}: ${runner.lastWords()}`).toBeNull();
      }
      const last = story.start(['resume']);
      await story.untilFact('the target is open again', isPhaseEnded('cutover', 'done'), 2);
      await untilTrue(
        'it is complete',
        async () => (await story.type('complete', '--confirm', 'killed', '--reason', 'the end')).code === 0,
      );
      expect(await last.ended, last.lastWords()).toBe(0);
      await moved.expectNothingLost();
    },
  );
});
