/**
 * Hazards that a migration meets in the rows and constraints themselves, all in one: a copy that is killed in the middle,
 * the worst transactions we know while it is down and again while the stream is strict, the cutover, the same on the
 * target, and the way back. Each test looks at what became of one hazard of docs/hazards.md.
 */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {isPhaseStarted, openStory, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const NAME = 'one-move';
const LONG = 'n'.repeat(60); // 63 bytes are the most, and the suffix takes three
const TABLES = ['whole', 'parent', 'child', 'made', 'always', 'counted', 'spread', 'circle', 'slot', 'booking', 'ruled', `${LONG}_aa`];

const SCHEMA = `
CREATE SCHEMA risk;
CREATE TABLE risk.whole (id int PRIMARY KEY, x float8, n numeric, t text);
ALTER TABLE risk.whole REPLICA IDENTITY FULL;
CREATE TABLE risk.parent (id int PRIMARY KEY, t text);
CREATE TABLE risk.child (id int PRIMARY KEY, parent int NOT NULL REFERENCES risk.parent ON DELETE CASCADE);
CREATE TABLE risk.made (id int PRIMARY KEY, doc jsonb, name text GENERATED ALWAYS AS (doc ->> 'name') STORED);
CREATE TABLE risk.always (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text);
CREATE SEQUENCE risk.down AS smallint INCREMENT -1 MINVALUE -32000 MAXVALUE -1 CACHE 50;
CREATE SEQUENCE risk.nearly AS smallint MAXVALUE 32000 START 31990;
CREATE TABLE risk.counted (id smallint DEFAULT nextval('risk.down') PRIMARY KEY, serial bigserial, t text);
CREATE TABLE risk.spread (id int, region text, t text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE risk.spread_a PARTITION OF risk.spread FOR VALUES IN ('a');
CREATE TABLE risk.spread_b PARTITION OF risk.spread DEFAULT;
CREATE TABLE risk.circle (id int PRIMARY KEY, next int NOT NULL REFERENCES risk.circle DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE risk.slot (id int PRIMARY KEY, place int UNIQUE, code text UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE risk.booking (id int PRIMARY KEY, during int4range NOT NULL, EXCLUDE USING gist (during WITH &&));
CREATE UNIQUE INDEX booking_lower ON risk.booking ((lower(during))) WHERE id > 0;
CREATE TABLE risk.ruled (id int PRIMARY KEY, t text);
ALTER TABLE risk.ruled ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk.ruled FORCE ROW LEVEL SECURITY;
CREATE POLICY few ON risk.ruled USING (id < 3);
CREATE TABLE risk.${LONG}_aa (id int PRIMARY KEY, ${LONG}_bb text);
CREATE TABLE risk.seen (id bigserial PRIMARY KEY, what text);
CREATE FUNCTION risk.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO risk.seen (what) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER see AFTER INSERT OR UPDATE OR DELETE ON risk.parent FOR EACH ROW EXECUTE FUNCTION risk.see();`;

const REFILL = [
  `INSERT INTO risk.parent SELECT n, repeat('p', 200) FROM generate_series(1, 400) n`,
  'INSERT INTO risk.child SELECT n, 1 + n % 400 FROM generate_series(1, 800) n',
];

const FILL = `
INSERT INTO risk.whole SELECT n, n, n, 't' FROM generate_series(1, 200) n;
${REFILL.join('; ')};
INSERT INTO risk.made (id, doc) SELECT n, jsonb_build_object('name', 'made ' || n) FROM generate_series(1, 100) n;
INSERT INTO risk.always (t) SELECT 'row ' || n FROM generate_series(1, 100) n;
INSERT INTO risk.counted (t) SELECT 'row ' || n FROM generate_series(1, 100) n;
SELECT nextval('risk.nearly');
INSERT INTO risk.spread SELECT n, CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b' END, 't' FROM generate_series(1, 200) n;
INSERT INTO risk.circle VALUES (1, 2), (2, 1);
INSERT INTO risk.slot SELECT n, n, 'c' || n FROM generate_series(1, 50) n;
INSERT INTO risk.booking SELECT n, int4range(n * 10, n * 10 + 10) FROM generate_series(1, 50) n;
INSERT INTO risk.ruled SELECT n, 't' FROM generate_series(1, 100) n;
INSERT INTO risk.${LONG}_aa SELECT n, 't' FROM generate_series(1, 20) n;
ANALYZE;`;

/** Round 1, 2, 3 …: each time on other rows, so that nothing is done twice. */
const trouble = (round: number): readonly string[] => {
  const [a, b] = [round * 2, round * 2 + 1];
  const low = 10 * round;
  return [
    `UPDATE risk.whole SET x = 'NaN', n = 'NaN', t = NULL WHERE id = ${low}`,
    `UPDATE risk.whole SET x = '-0', t = '' WHERE id = ${low}; DELETE FROM risk.whole WHERE id = ${low + 1}`,
    `UPDATE risk.whole SET id = -id WHERE id = ${low + 2}`,
    `DELETE FROM risk.parent WHERE id BETWEEN ${low} AND ${low + 3}; INSERT INTO risk.child VALUES (${1000 + round}, 399)`,
    `UPDATE risk.made SET doc = '{"name": "changed ${round}"}' WHERE id = ${a}`,
    `INSERT INTO risk.always (t) VALUES ('new ${round}'); UPDATE risk.always SET t = 'changed' WHERE id = ${b}`,
    `INSERT INTO risk.counted (t) VALUES ('new ${round}')`,
    `UPDATE risk.spread SET region = 'b' WHERE region = 'a' AND id = ${low}; UPDATE risk.spread SET region = 'a', id = id + 1000 WHERE region = 'b' AND id = ${low + 1}`,
    `BEGIN; INSERT INTO risk.circle VALUES (${low}, ${low + 1}); INSERT INTO risk.circle VALUES (${low + 1}, ${low}); COMMIT`,
    `BEGIN; UPDATE risk.slot SET place = NULL WHERE id = ${a}; UPDATE risk.slot SET place = ${a} WHERE id = ${b}; UPDATE risk.slot SET place = ${b} WHERE id = ${a};
     UPDATE risk.slot SET code = 'c${b}' WHERE id = ${a}; UPDATE risk.slot SET code = 'c${a}' WHERE id = ${b}; COMMIT`,
    `BEGIN; UPDATE risk.booking SET during = int4range(${round * 1000}, ${round * 1000 + 5}) WHERE id = ${a};
     UPDATE risk.booking SET during = int4range(${a * 10}, ${a * 10 + 10}) WHERE id = ${b}; UPDATE risk.booking SET during = int4range(${b * 10}, ${b * 10 + 10}) WHERE id = ${a}; COMMIT`,
    `UPDATE risk.ruled SET t = 'changed' WHERE id = ${50 + round}`,
    `UPDATE risk.${LONG}_aa SET ${LONG}_bb = 'changed' WHERE id = ${round}`,
    `BEGIN; SAVEPOINT one; INSERT INTO risk.slot VALUES (${900 + round}, NULL, 'kept'); ROLLBACK TO one; INSERT INTO risk.slot VALUES (${800 + round}, NULL, 'kept ${round}');
     SAVEPOINT two; DELETE FROM risk.slot; ROLLBACK TO two; COMMIT`,
  ];
};

let story: Story;
/** Per table: what both sides held when the stream had carried everything, forward and then back. */
const rounds: {readonly source: Record<string, string | null>; readonly target: Record<string, string | null>}[] = [];

const hashOf = (name: string): string =>
  `SELECT '${name}', count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM risk.${name} t`;
const tableHashes = async (side: 'source' | 'target'): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (await story[side].rows(TABLES.map(hashOf).join(' UNION ALL '))).map(([name, hash]) => [name ?? '', hash ?? null] as const),
  );

async function untilEqual(): Promise<void> {
  await untilTrue(`both sides hold the same; see ${story.folder}`, async () => {
    const [source, target] = [await tableHashes('source'), await tableHashes('target')];
    const isEqual = JSON.stringify(source) === JSON.stringify(target);
    if (isEqual) rounds.push({source, target});
    return isEqual;
  });
}

const opens = (phase: string) => story.untilFact(phase, isPhaseStarted(phase));

beforeAll(async () => {
  const plan = {
    schema: {kind: 'catalog'},
    load: {parallel: 1, chunk: '4KiB'},
    gates: {cutover: ['checksum-match', 'schema-match', 'approval']},
  };
  story = await openStory({name: NAME, schema: {preData: 'none.sql', postData: 'none.sql'}, tables: ['risk.*'], plan});
  await story.source.run(SCHEMA, FILL);
  await story.killAt({kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 8}, ['run', story.planFile]);
  await story.source.run(...trouble(1), 'TRUNCATE risk.parent CASCADE', ...REFILL, ...trouble(2));
  story.start(['resume']);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  await story.source.run(
    ...trouble(3),
    'TRUNCATE risk.circle, risk.whole',
    `INSERT INTO risk.whole VALUES (1, 'NaN', NULL, NULL)`,
    ...trouble(4),
  );
  await untilEqual();
  await story.type('approve', 'approval', '--reason', 'the story', '--yes');
  await opens('reverse-window');
}, 240_000);

afterAll(async () => story[Symbol.asyncDispose]());

describe('forward, after a crash in the copy', () => {
  test.each([
    ['NaN, NULL and negative zero in a table that sends its whole old rows (H-3)', 'whole'],
    ['a generated column (H-8)', 'made'],
    ['an identity that is always the system’s (H-9)', 'always'],
    ['rows that move between partitions (H-14)', 'spread'],
    ['deletes that cascade, and children that stay (H-18)', 'child'],
    ['rows that refer to each other, allowed at commit only (H-20)', 'circle'],
    ['unique values that two rows exchange; savepoints that were rolled back (H-21, H-67)', 'slot'],
    ['an exclusion constraint, and a unique index on an expression (H-22)', 'booking'],
    ['a forced policy that shows only two rows to others (H-24)', 'ruled'],
    ['a truncate that cascades, in the copy (H-7)', 'parent'],
    ['names of 63 bytes that differ in the last two (H-26)', `${LONG}_aa`],
  ])('%s', (_what, table) => {
    const [forward] = rounds;
    expect(forward?.source[table]).toMatch(/^[1-9]/);
    expect(forward?.target[table]).toBe(forward?.source[table]);
  });

  test('the trigger of the target has not fired for a row that was applied (H-17)', async () => {
    const last = 'SELECT count(*) FROM risk.seen';
    expect(await story.target.value(last)).toBe(await story.source.value(last));
    expect(await story.target.value(`SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'see'`)).toBe('O');
  });

  test('foreign keys are there, validated, and no row breaks them (H-18)', async () => {
    expect(
      await story.target.value(
        `SELECT bool_and(convalidated)::text FROM pg_constraint WHERE contype = 'f' AND connamespace = 'risk'::regnamespace`,
      ),
    ).toBe('true');
    expect(
      await story.target.value('SELECT count(*) FROM risk.child c LEFT JOIN risk.parent p ON p.id = c.parent WHERE p.id IS NULL'),
    ).toBe('0');
  });

  test('the target has statistics (H-99)', async () => {
    const analysed = `SELECT count(*) FROM pg_class WHERE relnamespace = 'risk'::regnamespace AND reltuples > 0 AND relname IN ('always', 'made', 'ruled', 'slot')`;
    expect(await story.target.value(analysed)).toBe('4');
  });

  test('sequences go on beyond every number in use: downwards, cached, and nearly at their end (H-10)', async () => {
    expect(Number(await story.target.value(`SELECT nextval('risk.down') - (SELECT min(id) FROM risk.counted)`))).toBeLessThan(0);
    expect(
      Number(
        await story.target.value(
          `SELECT nextval(pg_get_serial_sequence('risk.counted', 'serial')) - (SELECT max(serial) FROM risk.counted)`,
        ),
      ),
    ).toBeGreaterThan(0);
    expect(Number(await story.target.value(`SELECT nextval('risk.nearly')`))).toBeGreaterThan(31_990);
  });
});

test('the same on the way back, where what was applied never returns (H-59)', async () => {
  await story.target.run(...trouble(5), ...trouble(6), 'TRUNCATE risk.booking, risk.circle', ...trouble(7).slice(0, 8));
  await untilEqual();
  expect(rounds.at(-1)?.source['counted']).not.toBe(rounds[0]?.source['counted']);
  const failed = (await story.facts()).filter(({type}) => type === 'failed');
  expect(failed).toEqual([]);
});

test('after the way back the source’s sequences are beyond what the target has drawn (H-108)', async () => {
  const lowest = Number(await story.target.value(`INSERT INTO risk.counted (t) SELECT 'many' FROM generate_series(1, 60) RETURNING id`));
  await untilTrue('reverse', async () => (await story.type('reverse', '--confirm', NAME, '--reason', 'the story')).code === 0);
  await story.untilFact('the source serves', (fact) => fact.type === 'phase-ended' && fact.phase === 'reverse-cutover');
  // A session that stayed may still hold numbers that nobody else has; a new one has to begin beyond them all.
  await story.reopen('source');
  expect(Number(await story.source.value(`SELECT nextval('risk.down')`))).toBeLessThan(lowest);
  await story.source.run(
    `INSERT INTO risk.counted (t) SELECT 'back' FROM generate_series(1, 10)`,
    `INSERT INTO risk.always (t) VALUES ('back')`,
  );
});
