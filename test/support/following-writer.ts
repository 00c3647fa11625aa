/**
 * Clients of an application that knows two databases of any engine and no router: each writes to one side until it is
 * refused there, and then tries the other. One that got no answer is a fault: stories with this writer break no connection.
 */
import mysql from 'mysql2/promise';
import pg from 'pg';
import {setTimeout as sleep} from 'node:timers/promises';
import {loginOf} from './mysql-process.ts';

/** One transaction that writes this entry, and whatever else a story wants. */
export type Write = (client: number, n: number) => readonly string[];

const REFUSED_PAUSE_MS = 20;
const PAUSE_MS = 5;
/** SQLSTATE of a write that a fence refused, or of tables that are not there yet; on every engine. */
const REFUSED = ['25006', '42P01', '3F000', '42S02'];
const DEADLOCK = ['40001', '40P01'];
/** MariaDB from 11.6 on: another has changed the row since this transaction's snapshot. */
const CHANGED_SINCE = 1020;

export type FollowingWriter = {
  /** `client n` of every transaction that was acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** How often a client went to the other side. */
  readonly moves: () => number;
  /** Throws what a client met that no fence explains. */
  stop(): Promise<void>;
};

export function startFollowingWriter(urls: readonly [string, string], clients: number, write: Write, pauseMs = PAUSE_MS): FollowingWriter {
  const acknowledged = new Set<string>();
  let [moves, isOver] = [0, false];
  const follow = async (client: number): Promise<void> => {
    const sides = await Promise.all(urls.map(connect));
    try {
      for (let [n, open] = [1, 0]; !isOver; ) {
        const outcome = await outcomeOf(sides[open]?.transaction(write(client, n)));
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

/** `again`: what applications repeat, as a deadlock, which the making of triggers is for clients that no switch holds. */
async function outcomeOf(transaction: Promise<void> | undefined): Promise<'done' | 'refused' | 'again'> {
  try {
    await transaction;
    return 'done';
  } catch (error) {
    const {code, sqlState, errno} = error as {code?: string; sqlState?: string; errno?: number};
    const state = sqlState ?? code ?? '';
    if (REFUSED.includes(state)) return 'refused';
    if (DEADLOCK.includes(state) || errno === CHANGED_SINCE) return 'again';
    throw error;
  }
}

type Connection = {transaction(statements: readonly string[]): Promise<void>; end(): Promise<void>};

async function connect(url: string): Promise<Connection> {
  const {run, end} = await (new URL(url).protocol !== 'postgres:' && new URL(url).protocol !== 'postgresql:'
    ? toMysql(url)
    : toPostgres(url));
  return {
    end,
    transaction: async (statements) => {
      try {
        for (const statement of ['BEGIN', ...statements, 'COMMIT']) await run(statement);
      } catch (error) {
        await run('ROLLBACK');
        throw error;
      }
    },
  };
}

type Client = {run(statement: string): Promise<unknown>; end(): Promise<void>};

async function toMysql(url: string): Promise<Client> {
  const client = await mysql.createConnection(loginOf(url));
  await client.query("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
  return {run: (statement) => client.query(statement), end: () => client.end()};
}

async function toPostgres(url: string): Promise<Client> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  return {run: (statement) => client.query(statement), end: () => client.end()};
}
