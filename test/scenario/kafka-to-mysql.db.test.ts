/** From PostgreSQL to MySQL through Debezium and Kafka, under live writes. */
import {afterAll, expect, test as always} from 'vitest';
import {startFollowingWriter, type Write} from '../support/following-writer.ts';
import {writeKafkaPlan} from '../support/kafka-plan.ts';
import {ownKafkaStack} from '../support/kafka-servers.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {optional} from '../support/servers.ts';
import {openStory} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const [mysql] = await hadServers();
const had = mysql?.server && (await optional(ownKafkaStack));
const test = always.skipIf(!had);
afterAll(async () => had?.[Symbol.asyncDispose]());

const CLIENTS = 4;
const ACCOUNTS = 500;
/** Servers, Debezium and clients share one machine here: they are not to write more than can be read beside that. */
const PAUSE_MS = 40;

/** Columns that Debezium carries, and some that it does not: an enum, a domain. */
const schemaOf = (name: string): readonly string[] => [
  `CREATE SCHEMA "${name}"`,
  `CREATE TYPE "${name}".mood AS ENUM ('happy', 'sad')`,
  `CREATE DOMAIN "${name}".label AS varchar(60) CHECK (VALUE <> '')`,
  `CREATE TABLE "${name}".account (
    id bigserial PRIMARY KEY, name "${name}".label NOT NULL, balance numeric(12,2) NOT NULL DEFAULT 0, mood "${name}".mood NOT NULL DEFAULT 'happy',
    is_active boolean NOT NULL DEFAULT true, note text, picture bytea, rating double precision, born date, settings jsonb, changed timestamptz(3) NOT NULL DEFAULT now())`,
  `CREATE TABLE "${name}".entry (
    client int NOT NULL, n int NOT NULL, account bigint NOT NULL REFERENCES "${name}".account (id), amount numeric(12,2) NOT NULL,
    at timestamp NOT NULL DEFAULT now(), PRIMARY KEY (client, n))`,
  `INSERT INTO "${name}".account (name, balance, mood, is_active, note, picture, rating, born, settings)
    SELECT 'Straße ' || n, n / 4.0, (ARRAY['happy', 'sad'])[1 + n % 2]::"${name}".mood, n % 3 = 0, repeat('täglich ', n % 50), sha256(n::text::bytea), n / 7.0,
      date '2001-01-01' + n, jsonb_build_object('n', n, 'a', jsonb_build_array(1.50, null, 'ü')) FROM generate_series(1, ${ACCOUNTS}) AS n`,
];

test('there, back and there again, with the worker killed on each side, and nothing is lost', {timeout: 600_000}, async () => {
  if (!had || !mysql?.server) throw new Error('there is no Kafka or no MySQL');
  await using story = await openStory({
    name: 'kafka-to-mysql',
    tables: ['*.account', '*.entry'],
    on: {target: mysql.server},
    plan: {target: {engine: 'mysql', url: 'env:STORY_TARGET'}, schema: {kind: 'convert'}},
  });
  const schema = new URL(story.target.url).pathname.slice(1);
  await story.source.run(...schemaOf(schema));
  const write: Write = (client, n) => {
    const account = 1 + ((client * 7919 + n * 31) % ACCOUNTS);
    return [
      `UPDATE "${schema}".account SET balance = balance + ${n}.25, note = concat('by ', ${client}) WHERE id = ${account}`,
      `INSERT INTO "${schema}".entry (client, n, account, amount) VALUES (${client}, ${n}, ${account}, ${n}.25)`,
    ];
  };
  const writer = startFollowingWriter([story.source.url, story.target.url], CLIENTS, write, {pauseMs: PAUSE_MS});
  const killed = async (): Promise<void> => {
    await had.worker.kill9();
    await had.worker.start();
  };
  await thereAndBack(story, 'kafka-to-mysql', writeKafkaPlan(story, had), killed);
  await writer.stop();
  expect(writer.moves()).toBeGreaterThanOrEqual(CLIENTS * 3);
  const rows = await story.target.rows(`SELECT concat_ws(' ', client, n) FROM entry`);
  expect(rows).toHaveLength(writer.acknowledged.size);
  expect(new Set(rows.flat())).toEqual(writer.acknowledged);
  const [sums] = await story.target.rows(
    'SELECT (SELECT sum(amount) FROM entry), CAST((SELECT sum(balance - id / 4) FROM account) AS decimal(20, 2))',
  );
  expect(sums?.[1]).toBe(sums?.[0]);
  expect(await (await fetch(`${had.worker.url}/connectors`)).json(), 'left behind').toEqual([]);
});
