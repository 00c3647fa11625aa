/** Two databases with a table of notes and a route that tests write as the engine does: what a router looks at. */
import pg from 'pg';
import type {Side} from '../../src/model/side.ts';
import type {RoutedDatabase, Written} from './routed-database.ts';
import {type PostgresVersion, postgresServer} from './servers.ts';

export type RoutedSides = AsyncDisposable & {
  readonly urls: Readonly<Record<Side, string>>;
  readonly admin: Readonly<Record<Side, pg.Client>>;
  /** A migration is prepared: both sides have a route, and it says source. */
  prepare(): Promise<void>;
  /** One statement with its notification. */
  write(on: Side, written: Written): Promise<void>;
  notes(side: Side): Promise<string[]>;
  /** Refuses as the real fence does, and counts: a sequence keeps its value when the statement is rolled back. */
  fence(side: Side): Promise<void>;
  /** Ends the sessions of that name. */
  cut(side: Side, application: string): Promise<void>;
};

const SIDES = ['source', 'target'] as const;

export async function openRoutedSides(): Promise<RoutedSides> {
  const migration = {short: 'm1', name: 'shop'};
  const [source, target] = await Promise.all([openRoutedPostgres(17, migration), openRoutedPostgres(18, migration)]);
  const sides = {source, target};
  let version = 0;
  const write: RoutedSides['write'] = async (on, written) => {
    version += 1;
    await sides[on].write({...written, version});
  };
  return {
    urls: {source: source.url, target: target.url},
    admin: {source: source.admin, target: target.admin},
    write,
    async prepare() {
      for (const side of SIDES) {
        await sides[side].admin.query(ROUTE);
        await write(side, {epoch: 1, side: 'source', state: 'open'});
      }
    },
    notes: (side) => sides[side].notes(),
    fence: (side) => sides[side].fence(),
    async cut(side, application) {
      await sides[side].admin.query(CUT, [application]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([source[Symbol.asyncDispose](), target[Symbol.asyncDispose]()]);
    },
  };
}

type Migration = {readonly name: string; readonly short: string};

export async function openRoutedPostgres(
  version: PostgresVersion,
  {short, name}: Migration,
): Promise<RoutedDatabase & {readonly admin: pg.Client}> {
  const url = await (await postgresServer({version})).createDatabase();
  const admin = await connect(url);
  await admin.query('CREATE TABLE note (text text)');
  return {
    url,
    admin,
    run: async (...statements) => {
      for (const statement of statements) await admin.query(statement);
    },
    rows: async (statement) => (await admin.query<unknown[]>({text: statement, rowMode: 'array'})).rows,
    write: async ({epoch, version: written, side, state, holdMs}) => {
      await admin.query(WRITE, [epoch, written, side, state, holdMs ?? null, short, name]);
    },
    notes: async () => (await admin.query<{text: string}>('SELECT text FROM note ORDER BY text')).rows.map(({text}) => text),
    fence: async () => void (await admin.query(FENCE)),
    unfence: async () => void (await admin.query('DROP TRIGGER IF EXISTS fence ON note')),
    wasTried: async () => {
      const {rows} = await admin.query<{tried: boolean}>('SELECT is_called AS tried FROM refusals');
      return rows[0]?.tried === true;
    },
    cut: async () => void (await admin.query(CUT_ALL)),
    [Symbol.asyncDispose]: () => admin.end(),
  };
}

export const ROUTE = `
  CREATE SCHEMA IF NOT EXISTS crossfade;
  CREATE TABLE IF NOT EXISTS crossfade.route (migration text PRIMARY KEY, name text NOT NULL, epoch bigint NOT NULL, version bigint NOT NULL,
    side text NOT NULL, state text NOT NULL, hold_until timestamptz, read_percent int NOT NULL)`;

const WRITE = `
  WITH written AS (
    INSERT INTO crossfade.route VALUES ($6, $7, $1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5::float8 / 1000), 0)
    ON CONFLICT (migration) DO UPDATE SET epoch = excluded.epoch, version = excluded.version, side = excluded.side,
      state = excluded.state, hold_until = excluded.hold_until RETURNING 1)
  SELECT pg_notify('crossfade_route', $7) FROM written`;

const FENCE = `
  CREATE SEQUENCE IF NOT EXISTS refusals;
  CREATE OR REPLACE FUNCTION fence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM nextval('refusals'); RAISE EXCEPTION 'crossfade: % is closed', TG_TABLE_NAME USING ERRCODE = '25006'; END $$;
  CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON note FOR EACH STATEMENT EXECUTE FUNCTION fence()`;

const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`;

const CUT_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crossfade-router%'`;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  return client;
}
