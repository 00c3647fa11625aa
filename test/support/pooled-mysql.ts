/** Clients of MySQL or MariaDB behind a proxy: what `pooled-clients.ts` needs to know of them. */
import mysql from 'mysql2/promise';
import {loginOf} from './mysql-process.ts';
import type {PooledDriver} from './pooled-clients.ts';

export const POOLED_TABLES = (clients: number): readonly string[] => [
  'CREATE TABLE counter (client int PRIMARY KEY, entries int NOT NULL)',
  'CREATE TABLE entry (client int NOT NULL, seq int NOT NULL, PRIMARY KEY (client, seq), CONSTRAINT of_client FOREIGN KEY (client) REFERENCES counter (client))',
  `INSERT INTO counter VALUES ${Array.from({length: clients}, (_, i) => `(${i + 1}, 0)`).join(', ')}`,
];

/** The proxy makes them wait in a hold. */
const CONNECT_MS_MAX = 60_000;

export const mysqlDriver: PooledDriver = {
  schema: '',
  async connect(url) {
    const client = await mysql.createConnection({...loginOf(url), connectTimeout: CONNECT_MS_MAX});
    client.on('error', () => undefined); // met again by the next query
    return {
      async write(number, seq) {
        await client.query('BEGIN');
        await client.query('UPDATE counter SET entries = entries + 1 WHERE client = ?', [number]);
        await client.query('INSERT INTO entry VALUES (?, ?)', [number, seq]);
        const [[row]] = await client.query<mysql.RowDataPacket[]>('SELECT @@port AS port');
        await client.query('COMMIT');
        return Number(row?.['port']);
      },
      end: async () => client.destroy(),
    };
  },
  refusal: (error) => {
    const {sqlState, message} = error as {readonly sqlState?: string; readonly message?: string};
    return sqlState ? `${sqlState} ${message}` : undefined;
  },
};
