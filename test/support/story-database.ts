/** A database as a story's narrator sees it: plain SQL over a connection of its own, every value as text. */
import mysql from 'mysql2/promise';
import pg from 'pg';
import {loginOf} from './mysql-process.ts';

export type StoryDatabase = {
  readonly url: string;
  readonly port: number;
  run(...statements: readonly string[]): Promise<void>;
  /** The first column of the first row. */
  value(statement: string): Promise<string | null>;
  rows(statement: string): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
};

export const storyDatabase = (url: string): Promise<StoryDatabase> =>
  isPostgres(url) ? postgresStoryDatabase(url) : mysqlStoryDatabase(url);

const isPostgres = (url: string): boolean => new URL(url).protocol.startsWith('postgres');

async function postgresStoryDatabase(url: string): Promise<StoryDatabase> {
  const client = new pg.Client({
    connectionString: url,
    types: {getTypeParser: () => (value: string) => value} as unknown as pg.CustomTypesConfig,
  });
  // Stories that stop servers expect it; what matters to them is asked for again.
  client.on('error', () => undefined);
  await client.connect();
  const rows = async (statement: string) => (await client.query<(string | null)[]>({text: statement, rowMode: 'array'})).rows;
  return overClient(url, client, rows);
}

const OWN_SLOTS = 'FROM pg_replication_slots WHERE database = current_database()';
const END_READERS = `SELECT pg_terminate_backend(active_pid, 5000) ${OWN_SLOTS} AND active`;
const DROP_SLOTS = `SELECT pg_drop_replication_slot(slot_name) ${OWN_SLOTS} AND NOT active`;

/**
 * Once nothing runs any more: a runner that was killed has left its slots, and a server that others use has only so much room for
 * them. One that the story has stopped needs none.
 */
export async function closeForGood(database: StoryDatabase): Promise<void> {
  if (isPostgres(database.url)) for (const statement of [END_READERS, DROP_SLOTS]) await database.run(statement).catch(unlessAnswered);
  await database.close();
}

const unlessAnswered = (error: unknown): void => {
  if (error instanceof pg.DatabaseError) throw error;
};

async function mysqlStoryDatabase(url: string): Promise<StoryDatabase> {
  const client = await mysql.createConnection({...loginOf(url), rowsAsArray: true, typeCast: (field) => field.string()});
  client.on('error', () => undefined); // as above
  const rows = async (statement: string) =>
    (await client.query<(string | null)[] & mysql.RowDataPacket[]>(statement))[0] as unknown as (string | null)[][];
  return overClient(url, client, rows);
}

const overClient = (
  url: string,
  client: {query(statement: string): Promise<unknown>; end(): Promise<void>},
  rows: StoryDatabase['rows'],
): StoryDatabase => ({
  url,
  port: Number(new URL(url).port),
  rows,
  run: async (...statements) => {
    for (const statement of statements) await client.query(statement);
  },
  value: async (statement) => (await rows(statement))[0]?.[0] ?? null,
  close: () => client.end(),
});
