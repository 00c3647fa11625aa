/** A database as a story's narrator sees it: plain SQL over a connection of its own, every value as text. */
import pg from 'pg';

export type StoryDatabase = {
  readonly url: string;
  readonly port: number;
  run(...statements: readonly string[]): Promise<void>;
  /** The first column of the first row. */
  value(statement: string): Promise<string | null>;
  rows(statement: string): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
};

export async function storyDatabase(url: string): Promise<StoryDatabase> {
  const client = new pg.Client({
    connectionString: url,
    types: {getTypeParser: () => (value: string) => value} as unknown as pg.CustomTypesConfig,
  });
  // Stories that stop servers expect it; what matters to them is asked for again.
  client.on('error', () => undefined);
  await client.connect();
  const rows = async (statement: string) => (await client.query<(string | null)[]>({text: statement, rowMode: 'array'})).rows;
  return {
    url,
    port: Number(new URL(url).port),
    rows,
    run: async (...statements) => {
      for (const statement of statements) await client.query(statement);
    },
    value: async (statement) => (await rows(statement))[0]?.[0] ?? null,
    close: () => client.end(),
  };
}
