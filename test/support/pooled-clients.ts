/**
 * Clients of a database behind a pooler. Each connection writes one transaction after the other, numbered, and keeps
 * what it was told: that is what must be found afterwards, once and whole. A broken connection is replaced, as
 * application pools do.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {expect} from 'vitest';
import type {StoryDatabase} from './story-database.ts';

export const POOLED_SCHEMA = {
  preData: `CREATE SCHEMA pooled;
CREATE TABLE pooled.entry (client int, seq int, PRIMARY KEY (client, seq));
CREATE TABLE pooled.counter (client int PRIMARY KEY, entries int NOT NULL);`,
  postData: 'ALTER TABLE pooled.entry ADD FOREIGN KEY (client) REFERENCES pooled.counter;',
};

export type PooledClients = {
  /** SQLSTATE, or the driver's own words, of everything that went wrong. */
  readonly errors: readonly string[];
  acknowledged(): number;
  /** The ports of the servers that answered since the last question. */
  servers(): readonly number[];
  stop(): Promise<void>;
  /** On the open side. */
  expectNothingLost(open: StoryDatabase): Promise<void>;
};

/** Slow enough that each counter stands still for moments: a row that never does cannot be compared while in use. */
const PAUSE_MS = 60;
/** `lasting`: keeps its connection; otherwise a new login for each transaction. */
type Client = {
  readonly number: number;
  readonly url: string;
  readonly lasting: boolean;
  readonly acknowledged: number[];
  readonly unknown: number[];
};

/** Two of each kind at every address. The counters are there already. */
export function startPooledClients(addresses: readonly string[], driver: PooledDriver = postgresDriver): PooledClients {
  const clients = [...addresses, ...addresses].flatMap((url, index): Client[] =>
    [true, false].map((lasting, kind) => ({number: index * 2 + kind + 1, url, lasting, acknowledged: [], unknown: []})),
  );
  const errors: string[] = [];
  const over = new AbortController();
  let seen = new Set<number>();
  const note = {error: (text: string) => void errors.push(text), server: (port: number) => void seen.add(port)};
  const running = clients.map((client) => run(client, driver, note, over.signal));
  return {
    errors,
    acknowledged: () => clients.reduce((sum, {acknowledged}) => sum + acknowledged.length, 0),
    servers() {
      const since = [...seen];
      seen = new Set();
      return since;
    },
    async stop() {
      over.abort();
      await Promise.all(running);
    },
    expectNothingLost: async (open) => {
      for (const client of clients) await expectWhole(client, driver, open);
    },
  };
}

export const countersOf = (addresses: readonly string[]): string =>
  `INSERT INTO pooled.counter SELECT i, 0 FROM generate_series(1, ${addresses.length * 4}) AS i`;

type Note = {error(text: string): void; server(port: number): void};

/** What differs from product to product. */
export type PooledDriver = {
  /** How statements call the tables. */
  readonly schema: string;
  connect(url: string): Promise<PooledConnection>;
  /** The server's own refusal as words: only that proves that nothing happened, because each comes before COMMIT was sent or instead of it. */
  refusal(error: unknown): string | undefined;
};

export type PooledConnection = {
  /** One transaction; answers with the port of the server. */
  write(client: number, seq: number): Promise<number>;
  end(): Promise<void>;
};

async function run(client: Client, driver: PooledDriver, note: Note, signal: AbortSignal): Promise<void> {
  let connection: PooledConnection | undefined;
  for (let seq = 1; !signal.aborted; seq += 1) {
    try {
      connection ??= await driver.connect(client.url);
      note.server(await connection.write(client.number, seq));
      client.acknowledged.push(seq);
    } catch (error) {
      const refusal = driver.refusal(error);
      note.error(refusal ?? String(error));
      if (refusal === undefined) client.unknown.push(seq);
      await connection?.end();
      connection = undefined;
    }
    if (!client.lasting) {
      await connection?.end();
      connection = undefined;
    }
    await sleep(PAUSE_MS);
  }
  await connection?.end();
}

const postgresDriver: PooledDriver = {
  schema: 'pooled.',
  async connect(url) {
    const client = new pg.Client(url);
    client.on('error', () => undefined); // met again by the next query
    await client.connect();
    return {write: (number, seq) => write(client, number, seq), end: () => client.end()};
  },
  refusal: (error) => (error instanceof pg.DatabaseError ? `${error.code} ${error.message}` : undefined),
};

async function write(connection: pg.Client, client: number, seq: number): Promise<number> {
  await connection.query('BEGIN');
  await connection.query('INSERT INTO pooled.entry VALUES ($1, $2)', [client, seq]);
  const {rows} = await connection.query<{port: number}>(
    'UPDATE pooled.counter SET entries = entries + 1 WHERE client = $1 RETURNING inet_server_port() AS port',
    [client],
  );
  await connection.query('COMMIT');
  return rows[0]?.port ?? 0;
}

async function expectWhole({number, acknowledged, unknown}: Client, {schema}: PooledDriver, open: StoryDatabase): Promise<void> {
  const rows = await open.rows(`SELECT seq FROM ${schema}entry WHERE client = ${number} ORDER BY seq`);
  const there = new Set(rows.map(([seq]) => Number(seq)));
  const possible = new Set([...acknowledged, ...unknown]);
  expect({client: number, lost: acknowledged.filter((seq) => !there.has(seq))}).toEqual({client: number, lost: []});
  expect({client: number, strange: [...there].filter((seq) => !possible.has(seq))}).toEqual({client: number, strange: []});
  expect(Number(await open.value(`SELECT entries FROM ${schema}counter WHERE client = ${number}`))).toBe(there.size);
}
