/**
 * Clients of an application that knows two databases of any engine and no router: each writes to one side until it is
 * refused there, and then tries the other. One that got no answer is a fault where the story breaks no connection; where it
 * does (of MySQL's servers), the client writes the same again, and the key of it says whether it stands.
 */
import mysql from 'mysql2/promise';
import pg from 'pg';
import {setTimeout as sleep} from 'node:timers/promises';
import {loginOf} from './mysql-process.ts';

/** One transaction that writes this entry, under a key of it alone, and whatever else a story wants. */
export type Write = (client: number, n: number) => readonly string[];

export type WriterOptions = {
  /** Of each client between two writes. */
  readonly pauseMs?: number;
  readonly mayBreak?: boolean;
};

const REFUSED_PAUSE_MS = 20;
const PAUSE_MS = 5;
/** SQLSTATE of a write that a fence refused, or of tables that are not there yet; on every engine. */
const REFUSED = ['25006', '42P01', '3F000', '42S02'];
const DEADLOCK = ['40001', '40P01'];
/** MariaDB from 11.6 on: another has changed the row since this transaction's snapshot. */
const CHANGED_SINCE = 1020;
/** A key that is there: SQLSTATE of PostgreSQL, number of MySQL. */
const THERE = ['23505', 1062];

export type FollowingWriter = {
  /** `client n` of every transaction that was acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** How often a client went to the other side. */
  readonly moves: () => number;
  /** Throws what a client met that no fence explains. */
  stop(): Promise<void>;
};

export function startFollowingWriter(
  urls: readonly [string, string],
  clients: number,
  write: Write,
  {pauseMs = PAUSE_MS, mayBreak = false}: WriterOptions = {},
): FollowingWriter {
  const acknowledged = new Set<string>();
  let [moves, isOver] = [0, false];
  const follow = async (client: number): Promise<void> => {
    const sides = await Promise.all(urls.map(connect));
    try {
      for (let [n, open, isRepeated] = [1, 0, false]; !isOver; ) {
        const outcome = await outcomeOf(sides[open]?.transaction(write(client, n)), {isRepeated, mayBreak});
        if (outcome === 'lost') isRepeated = true;
        if (outcome === 'done') isRepeated = false;
        if (outcome === 'done') acknowledged.add(`${client} ${n++}`);
        if (outcome === 'refused') open = 1 - open;
        if (outcome === 'refused') moves += 1;
        await sleep(outcome === 'done' ? pauseMs : REFUSED_PAUSE_MS);
      }
    } finally {
      isOver = true; // one that fails ends all
      await Promise.all(sides.map(({end}) => end()));
    }
  };
  const running = Promise.all(Array.from({length: clients}, (_, client) => follow(client)));
  running.catch(() => undefined); // thrown by stop
  return {
    acknowledged,
    moves: () => moves,
    stop: async () => {
      isOver = true;
      await running;
    },
  };
}

type Asked = {
  /** The same was written before, and nobody knows whether it stands. */
  readonly isRepeated: boolean;
  readonly mayBreak: boolean;
};

/** `again`: what applications repeat, as a deadlock, which the making of triggers is for clients that no switch holds. */
async function outcomeOf(
  transaction: Promise<void> | undefined,
  {isRepeated, mayBreak}: Asked,
): Promise<'done' | 'refused' | 'again' | 'lost'> {
  try {
    await transaction;
    return 'done';
  } catch (error) {
    const {code, sqlState, errno} = error as {code?: string; sqlState?: string; errno?: number};
    const state = sqlState ?? code ?? '';
    if (REFUSED.includes(state)) return 'refused';
    if (DEADLOCK.includes(state) || errno === CHANGED_SINCE) return 'again';
    if (isRepeated && [state, errno].some((one) => one !== undefined && THERE.includes(one))) return 'done';
    if (mayBreak && isLost(error)) return 'lost';
    throw error;
  }
}

/** As the client of MySQL says that there is no connection any more, or none to be had. */
const isLost = (error: unknown): boolean => (error as {readonly fatal?: boolean}).fatal === true;

type Connection = {transaction(statements: readonly string[]): Promise<void>; end(): Promise<void>};

async function connect(url: string): Promise<Connection> {
  const open = (): Promise<Client> => (new URL(url).protocol.startsWith('postgres') ? toPostgres(url) : toMysql(url));
  let client: Client | undefined = await open();
  return {
    end: async () => client?.end(),
    transaction: async (statements) => {
      client ??= await open();
      const {run} = client;
      try {
        for (const statement of ['BEGIN', ...statements, 'COMMIT']) await run(statement);
      } catch (error) {
        if (isLost(error)) client = undefined;
        else await run('ROLLBACK');
        throw error;
      }
    },
  };
}

type Client = {run(statement: string): Promise<unknown>; end(): Promise<void>};

async function toMysql(url: string): Promise<Client> {
  const client = await mysql.createConnection(loginOf(url));
  client.on('error', () => undefined); // the next statement says so
  await client.query("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
  return {run: (statement) => client.query(statement), end: () => client.end()};
}

async function toPostgres(url: string): Promise<Client> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  return {run: (statement) => client.query(statement), end: () => client.end()};
}
