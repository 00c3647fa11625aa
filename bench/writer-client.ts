/** One client's connection to a database of either kind, and what it is told of a write. */
import {setTimeout as sleep} from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** `unknown`: the connection broke, so nobody knows. `server` is the version that answered. */
export type Told = {readonly outcome: 'ok' | 'fail' | 'unknown'; readonly server: string; readonly error: string};

export type WriterClient = {
  addEntry(client: number, seq: number): Promise<Told>;
  changeSlot(client: number, slot: number, seq: number): Promise<Told>;
  end(): Promise<void>;
};

/** Rejects when there is no server. */
export const connectWriter = (url: string): Promise<WriterClient> => (url.startsWith('postgres') ? toPostgres(url) : toMysql(url));

/** How a fence refuses, or a side whose tables are not there yet: SQLSTATE of PostgreSQL, number of MySQL. */
const FENCED = /^(?:25006|42P01|3F000|1146|1290|1644|1792) /;
const OTHER_SIDE_MS = 5;
/** Far more than any cutover takes. */
const TRIES_MAX = 12_000;

/** Of two sides without anything before them: whoever is refused on one tries the other, which is one write until one takes it. */
export async function connectFollowing(urls: readonly string[]): Promise<WriterClient> {
  const sides = await Promise.all(urls.map(connectWriter));
  let open = 0;
  const written = async (write: (side: WriterClient) => Promise<Told>): Promise<Told> => {
    for (let tries = 1; ; tries++) {
      const side = sides[open % sides.length];
      if (!side) throw new Error('there is no side');
      const told = await write(side);
      if (sides.length === 1 || tries >= TRIES_MAX || told.outcome !== 'fail' || !FENCED.test(told.error)) return told;
      open++;
      await sleep(OTHER_SIDE_MS);
    }
  };
  return {
    addEntry: (...row) => written((side) => side.addEntry(...row)),
    changeSlot: (...row) => written((side) => side.changeSlot(...row)),
    end: async () => void (await Promise.all(sides.map((side) => side.end()))),
  };
}

async function toPostgres(url: string): Promise<WriterClient> {
  const connection = new pg.Client(url);
  connection.on('error', () => undefined); // met by the next statement
  await connection.connect();
  const server = `RETURNING current_setting('server_version_num') AS server`;
  const ask = async (text: string, values: readonly number[]): Promise<Told> => {
    try {
      const {rows} = await connection.query<{server: string}>(text, [...values]);
      return rows[0] ? {outcome: 'ok', server: rows[0].server, error: ''} : NO_ROW;
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
      return refused(error, code, code !== '' && !/^(08|57)/.test(code));
    }
  };
  return {
    addEntry: (client, seq) => ask(`INSERT INTO stall.entry (client, seq) VALUES ($1, $2) ${server}`, [client, seq]),
    changeSlot: (client, slot, seq) =>
      ask(`UPDATE stall.slot SET writes = writes + 1, last = $3 WHERE client = $1 AND slot = $2 ${server}`, [client, slot, seq]),
    end: () => connection.end(),
  };
}

async function toMysql(url: string): Promise<WriterClient> {
  const connection = await mysql.createConnection(url.replace(/^mariadb:/, 'mysql:'));
  connection.on('error', () => undefined); // met by the next statement
  const [[found]] = await connection.query<mysql.RowDataPacket[]>('SELECT version() AS server');
  const server = String(found?.['server']);
  const ask = async (text: string, values: readonly number[]): Promise<Told> => {
    try {
      const [{affectedRows}] = await connection.query<mysql.ResultSetHeader>(text, [...values]);
      return affectedRows ? {outcome: 'ok', server, error: ''} : NO_ROW;
    } catch (error) {
      const number = (error as {errno?: unknown}).errno; // of the server when it is positive
      return refused(error, String(number), typeof number === 'number' && number > 0);
    }
  };
  return {
    addEntry: (client, seq) => ask('INSERT INTO stall.entry (client, seq) VALUES (?, ?)', [client, seq]),
    changeSlot: (client, slot, seq) =>
      ask('UPDATE stall.slot SET writes = writes + 1, last = ? WHERE client = ? AND slot = ?', [seq, client, slot]),
    end: () => connection.end(),
  };
}

const NO_ROW: Told = {outcome: 'fail', server: '', error: 'no row was there'};

/** A server's refusal is certain; a broken connection is not. */
const refused = (error: unknown, code: string, isCertain: boolean): Told => {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  return {outcome: isCertain ? 'fail' : 'unknown', server: '', error: `${code} ${message}`};
};
