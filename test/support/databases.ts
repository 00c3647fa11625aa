/** One side of a migration on a fresh database of a shared server, with a plain connection to write into it. */
import pg from 'pg';
import type {Database} from '../../src/engine/engine.ts';
import {postgresEngine} from '../../src/engine/postgres/postgres-engine.ts';
import {DatabaseUrl} from '../../src/model/database-url.ts';
import type {Side} from '../../src/model/side.ts';
import type {Table} from '../../src/model/table.ts';
import {realEffects, type RecordedEffects} from './effects.ts';

export type TestSide = {
  /** Everything that was sent so far. */
  readonly points: RecordedEffects['points'];
  readonly database: Database;
  readonly url: string;
  run(...statements: readonly string[]): Promise<void>;
  /** The first column of the first row, as text. */
  value(statement: string): Promise<string | null>;
  /** Every column of every row, as the server writes it. */
  rows(statement: string): Promise<readonly (readonly (string | null)[])[]>;
  table(name: string): Promise<Table>;
  close(): Promise<void>;
};

export async function openSide(
  side: Side,
  url: string,
  migration = {id: '0198c0de-0000-7000-8000-000000000000', short: '0198c0de', name: 'test'},
  limits: {readonly valueBytesMax?: number} = {},
): Promise<TestSide> {
  const client = new pg.Client({
    connectionString: url,
    types: {getTypeParser: () => (value: string) => value} as unknown as pg.CustomTypesConfig,
  });
  client.on('error', () => undefined); // of servers that a test ends
  await client.connect();
  const effects = realEffects();
  const database = postgresEngine.open({url: new DatabaseUrl(url), side, migration, effects, ...limits});
  return {
    database,
    points: effects.points,
    url,
    run: async (...statements) => {
      for (const statement of statements) await client.query(statement);
    },
    value: async (statement) => {
      const {rows} = await client.query({text: statement, rowMode: 'array'});
      return (rows as (string | null)[][])[0]?.[0] ?? null;
    },
    rows: async (statement) => (await client.query({text: statement, rowMode: 'array'})).rows as (string | null)[][],
    table: async (name) => {
      const [table] = await database.catalog.tables({tables: [`public.${name}`], exclude: []});
      if (!table) throw new Error(`no table ${name}`);
      return table;
    },
    close: async () => {
      await database.close();
      await client.end();
    },
  };
}
