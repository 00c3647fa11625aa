/** Every kind of schema moves a database whole, or says object by object what stands in the way. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {optional, postgresServer} from '../support/servers.ts';
import {isPhaseEnded, isPhaseStarted, openStory, type Story} from '../support/story.ts';

const TORTURE = readFileSync(new URL('../support/torture-schema.sql', import.meta.url), 'utf8');
const TABLES = ['film.*', 'Odd*.*'];
const NO_FILES = {preData: 'none.sql', postData: 'none.sql'};
const GATES = {cutover: ['replication-lag', 'checksum-match', 'schema-match']};

const ROWS = [
  `INSERT INTO film.language (name) SELECT 'language ' || n FROM generate_series(1, 5) n`,
  `INSERT INTO film.film (title, description, language_id, length, rating, shown, attributes) SELECT 'film ' || n, repeat('long ', 800), 1 + n % 5, n % 179, 'PG', '[10:00,12:00)', hstore('n', n::text) FROM generate_series(1, 1500) n`,
  `INSERT INTO film.actor (name) SELECT 'actor ' || n FROM generate_series(1, 50) n`,
  `INSERT INTO film.film_actor SELECT 1 + n % 50, 100 + n FROM generate_series(0, 1400) n`,
  `INSERT INTO film.payment (customer, amount, paid_at) SELECT 'c', n % 90, '2023-06-01'::timestamptz + n * interval '1 day' FROM generate_series(1, 900) n`,
  `INSERT INTO film.region VALUES ('de', 1), ('fr', 2)`,
  `INSERT INTO "Odd Names"."Table; DROP" VALUES (1)`,
  `REFRESH MATERIALIZED VIEW film.sales`,
  `ANALYZE`,
];

const openFilms = async (name: string, plan: Readonly<Record<string, unknown>>, on = {}): Promise<Story> => {
  const story = await openStory({name, schema: NO_FILES, tables: TABLES, plan: {gates: GATES, ...plan}, on});
  await story.source.run(TORTURE, ...ROWS);
  return story;
};

const words = async (story: Story, ...typed: readonly string[]): Promise<string> => {
  const {output, error} = await story.type(...typed);
  return output + error;
};

describe('schema: catalog', {timeout: 300_000}, () => {
  test('a schema with one of everything moves, and both catalogues say the same (H-27)', async () => {
    await using story = await openFilms('catalog', {schema: {kind: 'catalog'}});
    story.start(['run', story.planFile]);
    await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
    expect(await words(story, 'verify', '--schema')).toMatch(/^equal: \d+ objects/m);
    expect(await story.target.value(`SELECT count(*) FROM film.sales`)).toBe(await story.source.value(`SELECT count(*) FROM film.sales`));
    await story.target.run(`DROP INDEX film.film_fulltext`, `ALTER TABLE film.actor ALTER COLUMN born SET DEFAULT '2000-01-01'`);
    const found = await story.type('verify', '--schema');
    expect(found.output).toContain('index film.film_fulltext is missing on the target');
    expect(found.output).toContain('table film.actor differs');
    expect(found.code).toBe(4);
  });

  test('abort takes all of it away again', async () => {
    await using story = await openFilms('called-off', {schema: {kind: 'catalog'}, cutover: {start: 'manual', stallBudget: '8s'}});
    const {ended} = story.start(['run', story.planFile]);
    await story.untilFact('the schema is complete', isPhaseEnded('catch-up'));
    expect(await story.target.value(`SELECT to_regclass('film.best_month')`)).not.toBeNull();
    await story.type('abort', '--confirm', 'called-off', '--reason', 'the story');
    await ended;
    await story.untilFact('the run is over', (fact) => fact.type === 'phase-ended' && fact.outcome === 'abort');
    expect(await story.target.rows(`SELECT nspname FROM pg_namespace WHERE nspname IN ('film', 'Odd Names', 'crossfade')`)).toEqual([]);
  });

  test('what cannot be moved is refused object by object, before anything is done (H-106)', async () => {
    await using story = await openFilms('refused', {schema: {kind: 'catalog'}});
    await story.source.run(
      `CREATE AGGREGATE film.total(numeric) (SFUNC = numeric_add, STYPE = numeric)`,
      `CREATE TABLE film.child () INHERITS (film.whole)`,
      `ALTER TABLE film.child ADD PRIMARY KEY (id)`,
      `CREATE TEXT SEARCH CONFIGURATION film.own (COPY = english)`,
      `CREATE OPERATOR film.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)`,
      `CREATE TABLE public.elsewhere (id int PRIMARY KEY)`,
      `ALTER TABLE film.room ADD COLUMN elsewhere int REFERENCES public.elsewhere`,
      `CREATE PUBLICATION of_others FOR TABLE film.room`,
      `CREATE VIEW film.over_there AS SELECT * FROM public.elsewhere`,
    );
    const {output, code} = await story.type('plan', story.planFile);
    expect(code).toBe(4);
    expect(output).toMatch(/REFUSED CF-SCOPE-004 aggregate film\.total\(numeric\)/);
    expect(output).toMatch(/REFUSED CF-SCOPE-004 table film\.child \(inheritance\)/);
    expect(output).toMatch(/REFUSED CF-SCOPE-004 text search configuration film\.own/);
    expect(output).toMatch(/REFUSED CF-SCOPE-004 operator film\.===\(/);
    expect(output).toMatch(
      /REFUSED CF-SCOPE-004 table constraint room_elsewhere_fkey on film\.room: leads to a table that is outside the scope/,
    );
    expect(output).toMatch(/warn CF-SCOPE-004 view film\.over_there: needs a table that is outside the scope/);
    expect(output).toMatch(/warn CF-SCOPE-004 publication of_others: sends changes to somebody else/);
    expect(await story.target.value(`SELECT count(*) FROM pg_namespace WHERE nspname = 'film'`)).toBe('0');
  });
});

describe('schema: existing', {timeout: 300_000}, () => {
  const ACCOUNTS = `CREATE TABLE public.account (id int PRIMARY KEY, email text NOT NULL, a int, b text, CONSTRAINT both_ CHECK (a > 0 OR b <> ''));
    CREATE UNIQUE INDEX account_email ON public.account (email);
    CREATE TABLE public.visit (id int PRIMARY KEY, account_id int CONSTRAINT visit_account REFERENCES public.account, nr int CONSTRAINT visit_nr UNIQUE);
    CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE TRIGGER visit_trigger BEFORE INSERT ON public.visit FOR EACH ROW EXECUTE FUNCTION public.nothing();
    ALTER TABLE public.visit DISABLE TRIGGER visit_trigger;
    COMMENT ON CONSTRAINT visit_nr ON public.visit IS 'kept'`;
  const FILLED = [
    `INSERT INTO public.account SELECT n, 'mail ' || n, 1, 'b' FROM generate_series(1, 6000) n`,
    `INSERT INTO public.visit SELECT n, n, n FROM generate_series(1, 500) n`,
    'ANALYZE',
  ];
  const CHUNKED = {schema: {kind: 'existing'}, load: {parallel: 1, chunk: '16KiB'}, gates: GATES};
  const chunkDone = {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 2} as const;
  const openAccounts = async (name: string): Promise<Story> => {
    const story = await openStory({name, schema: NO_FILES, tables: ['public.*'], plan: CHUNKED});
    await story.source.run(ACCOUNTS, ...FILLED);
    await story.target.run(ACCOUNTS);
    return story;
  };
  const DEFINITIONS = `SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
    SELECT pg_get_constraintdef(oid) || conname || convalidated || coalesce(obj_description(oid, 'pg_constraint'), '') FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN ('public.account'::regclass, 'public.visit'::regclass)
    UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal) AS found(line)`;

  test('a value that moves between rows of two chunks does not meet a unique index (copy model §2 (7)) (H-21)', async () => {
    await using story = await openAccounts('existing');
    const before = await story.target.value(DEFINITIONS);
    expect(await words(story, 'plan', story.planFile)).toContain(
      'drop index public.account_email on the target until the tables are complete',
    );
    await story.killAt(chunkDone, ['run', story.planFile]);
    expect(await story.target.value(`SELECT to_regclass('public.account_email')`)).toBeNull();
    // Row 1 has been copied with its old value; the value goes to a row of the last chunk, and two others swap theirs.
    await story.source.run(
      `UPDATE public.account SET email = 'moved' WHERE id = 1`,
      `UPDATE public.account SET email = 'mail 1' WHERE id = 6000`,
      `BEGIN; UPDATE public.account SET email = 'x' WHERE id = 2; UPDATE public.account SET email = 'mail 2' WHERE id = 5999; UPDATE public.account SET email = 'mail 5999' WHERE id = 2; COMMIT`,
    );
    story.start(['resume']);
    await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
    expect(await story.target.value(`SELECT email FROM public.account WHERE id = 6000`)).toBe('mail 1');
    expect(await story.target.value(`SELECT email FROM public.account WHERE id = 2`)).toBe('mail 5999');
    expect((await story.target.value(DEFINITIONS))?.replaceAll(/.*crossfade.*\n?/g, '')).toBe(before);
    expect(await words(story, 'verify', '--schema')).toMatch(/^equal:/m);
  });

  test('abort empties the tables and puts back what was set aside', async () => {
    await using story = await openAccounts('put-back');
    const before = await story.target.value(DEFINITIONS);
    await story.killAt(chunkDone, ['run', story.planFile]);
    expect(await story.target.value(DEFINITIONS)).not.toBe(before);
    const {ended} = story.start(['resume']);
    await story.type('abort', '--confirm', 'put-back', '--reason', 'the story');
    await ended;
    await story.untilFact('the run is over', (fact) => fact.type === 'phase-ended' && fact.outcome === 'abort');
    expect(await story.target.value(DEFINITIONS)).toBe(before);
    expect(await story.target.value(`SELECT count(*) FROM public.account`)).toBe('0');
    expect(await story.source.value(`SELECT count(*) FROM public.account`)).toBe('6000');
  });
});

const old = await optional(() => postgresServer({version: 15}));

describe('schema: pg_dump', {timeout: 300_000}, () => {
  test('one that is older than the source is refused by name', async () => {
    await using story = await openFilms('dumped-17', {schema: {kind: 'pg_dump'}});
    const {output, code} = await story.type('doctor', story.planFile);
    if (/pg_dump 1[4-6]: is older/.test(output)) expect(code).toBe(4);
    else expect(output).toMatch(/was not found|can be moved/);
    expect(output + code).toMatch(/kind catalog|can be moved/);
  });

  test.runIf(old)('the keys come before the data, and everything else arrives', async () => {
    const server = await postgresServer({version: 15});
    await using story = await openFilms('dumped-15', {schema: {kind: 'pg_dump'}}, {source: server});
    story.start(['run', story.planFile]);
    await story.untilFact('the load has begun', isPhaseStarted('catch-up'));
    await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
    expect(await words(story, 'verify', '--schema')).toMatch(/^equal: \d+ objects/m);
  });
});
