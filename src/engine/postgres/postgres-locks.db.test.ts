/** The locks that `plan` announces are those that the server takes. */
import {expect, test} from 'vitest';
import {openSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {LOCK_MODES, tableLocks, type TableLock} from './postgres-locks.ts';
import {splitStatements} from './postgres-schema-file.ts';

const SCHEMA = [
  `CREATE TABLE public.author (id int PRIMARY KEY, name text)`,
  `CREATE TABLE public.book (id int PRIMARY KEY, author int, title text, CONSTRAINT titled CHECK (title <> '') NOT VALID)`,
  `CREATE INDEX book_title ON public.book (title)`,
  `CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  `CREATE TRIGGER standing BEFORE INSERT ON public.book FOR EACH ROW EXECUTE FUNCTION public.nothing()`,
  `CREATE TABLE public.visit (day date) PARTITION BY RANGE (day)`,
  `CREATE TABLE public.visit_1 (day date)`,
  `CREATE MATERIALIZED VIEW public.titles AS SELECT 'x' AS title`,
  `CREATE POLICY everybody ON public.book`,
];

const STATEMENTS = [
  `SELECT * FROM public.book`,
  `SELECT FROM public.book FOR SHARE`,
  `INSERT INTO public.book SELECT id, 1, name FROM public.author`,
  `UPDATE public.book SET title = 'x' FROM public.author WHERE author.id = book.author`,
  `DELETE FROM public.book`,
  `EXPLAIN UPDATE public.book SET title = 'x'`,
  `LOCK TABLE public.book IN EXCLUSIVE MODE`,
  `TRUNCATE ONLY public.book`,
  `ANALYZE public.book`,
  `CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.book FOR EACH STATEMENT EXECUTE FUNCTION public.nothing()`,
  `ALTER TABLE public.book ENABLE ALWAYS TRIGGER standing`,
  `DROP TRIGGER IF EXISTS standing ON public.book`,
  `CREATE PUBLICATION all_books FOR TABLE public.book, public.author WITH (publish_via_partition_root = true)`,
  `CREATE INDEX ON public.book (author)`,
  `CREATE STATISTICS public.both_ ON author, title FROM public.book`,
  `ALTER TABLE public.book ADD COLUMN isbn text`,
  `ALTER TABLE public.book DROP COLUMN IF EXISTS author`,
  `ALTER TABLE public.book ALTER COLUMN title SET NOT NULL`,
  `ALTER TABLE public.book ALTER COLUMN title SET STATISTICS 10`,
  `ALTER TABLE public.book VALIDATE CONSTRAINT titled`,
  `ALTER TABLE public.book DROP CONSTRAINT IF EXISTS titled, ADD CONSTRAINT again CHECK (title <> 'x') NOT VALID`,
  `ALTER TABLE public.book ADD CONSTRAINT written FOREIGN KEY (author) REFERENCES public.author`,
  `ALTER TABLE public.book ADD CONSTRAINT once UNIQUE (title)`,
  `ALTER TABLE public.book REPLICA IDENTITY FULL`,
  `ALTER TABLE public.visit ATTACH PARTITION public.visit_1 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')`,
  `CREATE TABLE public.visit_2 PARTITION OF public.visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`,
  `CREATE TABLE public.page (id int, book int REFERENCES public.book)`,
  `CREATE TEMP TABLE shape (LIKE public.book) ON COMMIT DROP`,
  `CREATE VIEW public.short_ AS SELECT id FROM public.book`,
  `REFRESH MATERIALIZED VIEW public.titles`,
  `CREATE POLICY own ON public.book`,
  `DROP POLICY everybody ON public.book`,
  `COMMENT ON TABLE public.book IS 'read'`,
];

/** Of the tables, and not of their indexes and sequences. */
const TAKEN = `SELECT json_agg(json_build_object('on', format('public.%s', c.relname), 'mode', l.mode)) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
  WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm')`;

test('every statement takes the locks that are announced for it, and no stronger one', async () => {
  const side = await openSide('source', await (await postgresServer({version: 17})).createDatabase());
  try {
    await side.run(...SCHEMA);
    const announced: Record<string, TableLock[]> = {};
    const found: Record<string, TableLock[]> = {};
    for (const statement of STATEMENTS) {
      const [{tree} = {tree: undefined}] = await splitStatements('statement', statement);
      await side.run('BEGIN');
      const made = await tables(side);
      await side.run(statement);
      const taken = (JSON.parse((await side.value(TAKEN)) ?? '[]') as {readonly on: string; readonly mode: string}[]).map(
        ({on, mode}): TableLock => ({on, mode: modeOf(mode)}),
      );
      await side.run('ROLLBACK');
      found[statement] = strongest(taken).filter(({on}) => made.includes(on));
      announced[statement] = strongest(tableLocks(tree));
    }
    expect(announced).toEqual(found);
  } finally {
    await side.close();
  }
});

const tables = async ({value}: Awaited<ReturnType<typeof openSide>>): Promise<string[]> =>
  JSON.parse(
    (await value(
      `SELECT json_agg('public.' || relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')`,
    )) ?? '[]',
  ) as string[];

const strongest = (locks: readonly TableLock[]): TableLock[] =>
  [...new Set(locks.map(({on}) => on))].sort().map((on) => ({
    mode: LOCK_MODES[Math.max(...locks.filter((one) => one.on === on).map(({mode}) => LOCK_MODES.indexOf(mode)))] ?? 'ACCESS SHARE',
    on,
  }));

/** `ShareRowExclusiveLock` as the documentation writes it. */
const modeOf = (name: string): TableLock['mode'] => {
  const words = name
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  const mode = LOCK_MODES.find((one) => one === words);
  if (!mode) throw new Error(`a lock mode ${name}`);
  return mode;
};
