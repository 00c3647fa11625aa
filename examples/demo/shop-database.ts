/** The two databases of the demo: the full shop on the source, and on both sides the role that the application uses. */
import {readFileSync} from 'node:fs';
import pg from 'pg';
import {type Counts, type FillOptions, fillShop} from './fill.ts';

/** The application's own user; its password is made anew for each demo. */
export const APPLICATION_ROLE = 'shop_app';

const statementsOf = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

/** `url` is the server's superuser; answers the address of a new, empty database `shop`. */
export async function createShopDatabase(url: string, password: string): Promise<string> {
  await withClient(url, async (client) => {
    await client.query(`CREATE ROLE ${APPLICATION_ROLE} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    await client.query('CREATE DATABASE shop');
  });
  return withDatabase(url, 'shop');
}

/** Schema, rows, then what a filled shop needs. */
export async function buildShop(url: string, options: FillOptions): Promise<Counts> {
  await withClient(url, (client) => client.query(statementsOf('schema-pre.sql')));
  const counts = await fillShop(url, options);
  await withClient(url, (client) => client.query(statementsOf('schema-post.sql')));
  await withClient(url, (client) => client.query('ANALYZE'));
  return counts;
}

export function applicationUrl(url: string, password: string): string {
  const address = new URL(url);
  address.username = APPLICATION_ROLE;
  address.password = password;
  return address.href;
}

export async function withClient<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
