/** Two databases with a table of notes and a route that tests write as the engine does: what a router looks at. */
import pg from 'pg';
import type {Side} from '../../src/model/side.ts';
import {postgresServer} from './servers.ts';

export type Written = {readonly epoch: number; readonly side: Side; readonly state: 'open' | 'hold'; readonly holdMs?: number};

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
  const [source, target] = await Promise.all([postgresServer({version: 17}), postgresServer({version: 18})]);
  const urls = {source: await source.createDatabase(), target: await target.createDatabase()};
  const admin = {source: await connect(urls.source), target: await connect(urls.target)};
  for (const side of SIDES) await admin[side].query('CREATE TABLE note (text text)');
  let version = 0;
  const write: RoutedSides['write'] = async (on, {epoch, side, state, holdMs}) => {
    version += 1;
    await admin[on].query(WRITE, [epoch, version, side, state, holdMs ?? null]);
  };
  return {
    urls,
    admin,
    write,
    async prepare() {
      for (const side of SIDES) {
        await admin[side].query(ROUTE);
        await write(side, {epoch: 1, side: 'source', state: 'open'});
      }
    },
    async notes(side) {
      const {rows} = await admin[side].query<{text: string}>('SELECT text FROM note ORDER BY text');
      return rows.map(({text}) => text);
    },
    async fence(side) {
      await admin[side].query(FENCE);
    },
    async cut(side, application) {
      await admin[side].query(CUT, [application]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([admin.source.end(), admin.target.end()]);
    },
  };
}

const ROUTE = `
  CREATE SCHEMA crossfade;
  CREATE TABLE crossfade.route (migration text PRIMARY KEY, name text NOT NULL, epoch bigint NOT NULL, version bigint NOT NULL,
    side text NOT NULL, state text NOT NULL, hold_until timestamptz, read_percent int NOT NULL)`;

const WRITE = `
  WITH written AS (
    INSERT INTO crossfade.route VALUES ('m1', 'shop', $1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5::float8 / 1000), 0)
    ON CONFLICT (migration) DO UPDATE SET epoch = excluded.epoch, version = excluded.version, side = excluded.side,
      state = excluded.state, hold_until = excluded.hold_until RETURNING 1)
  SELECT pg_notify('crossfade_route', 'shop') FROM written`;

const FENCE = `
  CREATE SEQUENCE refusals;
  CREATE FUNCTION fence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM nextval('refusals'); RAISE EXCEPTION 'crossfade: % is closed', TG_TABLE_NAME USING ERRCODE = '25006'; END $$;
  CREATE TRIGGER fence BEFORE INSERT OR UPDATE OR DELETE ON note FOR EACH STATEMENT EXECUTE FUNCTION fence()`;

const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  return client;
}
