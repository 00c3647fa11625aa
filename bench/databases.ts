/** Two embedded servers, the table that is moved, and the changes that are applied. */
import pg from 'pg';
import {startEmbeddedServer, type EmbeddedServer} from '../examples/demo/embedded-servers.ts';

export type Sizes = {
  readonly rows: number;
  readonly changes: number;
  readonly rounds: number;
  readonly stallRounds: number;
  readonly tps: number;
};

export const QUICK: Sizes = {rows: 500_000, changes: 200_000, rounds: 3, stallRounds: 3, tps: 500};
export const FULL: Sizes = {rows: 5_000_000, changes: 2_000_000, rounds: 3, stallRounds: 5, tps: 500};

/** Rows a source transaction changes. */
const TRANSACTION_ROWS = 20;

export const TABLE = `CREATE TABLE item (id bigint PRIMARY KEY, customer int NOT NULL, amount numeric(12,2) NOT NULL,
  placed_at timestamptz NOT NULL, is_open boolean NOT NULL, note text NOT NULL)`;

export class Servers {
  readonly source: EmbeddedServer;
  readonly target: EmbeddedServer;

  private constructor(source: EmbeddedServer, target: EmbeddedServer) {
    this.source = source;
    this.target = target;
  }

  static async start(): Promise<Servers> {
    const settings = {shared_buffers: '256MB', max_worker_processes: '16'};
    const [source, target] = await Promise.all([
      startEmbeddedServer({version: 17, settings}),
      startEmbeddedServer({version: 18, settings}),
    ]);
    return new Servers(source, target);
  }

  /** About 200 bytes a row. Kept as a template, so that every round begins with the same pages. */
  async fillTemplate(rows: number): Promise<void> {
    await sqlOn(this.source.url, 'CREATE DATABASE filled');
    await sqlOn(
      databaseUrl(this.source, 'filled'),
      TABLE,
      `INSERT INTO item SELECT i, i % 9973, (i % 100000) / 7.0, '2026-01-01'::timestamptz + i * interval '1 second', i % 3 = 0, repeat(md5(i::text), 4)
       FROM generate_series(1, ${rows}) AS i`,
      'VACUUM (FREEZE, ANALYZE) item',
      'CHECKPOINT',
    );
  }

  async newSource(name: string, template = 'filled'): Promise<string> {
    await sqlOn(this.source.url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    return databaseUrl(this.source, name);
  }

  /** The table alone, empty. */
  async makeItem(name: string): Promise<void> {
    await sqlOn(databaseUrl(this.source, name), TABLE);
  }

  async newTarget(name: string): Promise<string> {
    await sqlOn(this.target.url, `CREATE DATABASE ${name}`);
    const url = databaseUrl(this.target, name);
    await sqlOn(url, TABLE);
    return url;
  }

  async stop(): Promise<void> {
    await Promise.all([this.source.stop(), this.target.stop()]);
  }
}

/** Updates, inserts and deletes, 2:2:1, over the whole table; answers when all have committed. */
export async function change(url: string, rows: number, changes: number, round: number): Promise<void> {
  await sqlOn(
    url,
    `DO $$ BEGIN FOR t IN 0 .. ${changes / TRANSACTION_ROWS - 1} LOOP
       UPDATE item SET amount = amount + 1 WHERE id IN (SELECT (t * 7919 + k * 104729) % ${rows} + 1 FROM generate_series(1, 8) AS k);
       INSERT INTO item SELECT ${rows} + ${round} * ${changes} + t * 8 + k, t, k, now(), true, repeat(md5(k::text), 4) FROM generate_series(1, 8) AS k;
       DELETE FROM item WHERE id IN (SELECT ${rows} + ${round} * ${changes} + t * 8 - k - 1 FROM generate_series(0, 3) AS k);
       COMMIT;
     END LOOP; END $$`,
  );
}

export const databaseUrl = (server: EmbeddedServer, name: string): string =>
  Object.assign(new URL(server.url), {pathname: `/${name}`}).href;

/** Each on its own, in order; answers the rows of the last. */
export async function sqlOn(url: string, ...statements: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    let rows: Readonly<Record<string, unknown>>[] = [];
    for (const statement of statements) ({rows} = await client.query<Readonly<Record<string, unknown>>>(statement));
    return rows;
  } finally {
    await client.end();
  }
}
