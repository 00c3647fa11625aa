/** Reads from one database what the demo's clients own, in one snapshot, every value as text. */
import type pg from 'pg';
import type {OwnedTable, Write} from './client-log.ts';
import {type ActualState, type LedgerRow, placeOf} from './expected-state.ts';
import {withClient} from './shop-database.ts';

/** The columns are those of `Write.value`, in its order; rows that the demo was filled with belong to no client. */
const ROWS: Readonly<Record<OwnedTable, string>> = {
  preferences: `SELECT client || '/' || name AS key, ARRAY[value] AS value FROM shop.preferences`,
  orders: `SELECT reference::text AS key, ARRAY[status::text, total::text, (
             SELECT string_agg(line || ':' || sku || 'x' || quantity, ',' ORDER BY line) FROM shop.order_lines
              WHERE order_id = orders.id AND order_created_at = orders.created_at)] AS value FROM shop.orders WHERE client > 0`,
  sessions: `SELECT token::text AS key, ARRAY[customer_id::text, data ->> 'page'] AS value FROM shop.sessions WHERE client > 0`,
  documents: `SELECT id::text AS key, ARRAY[title, revision::text, md5(body)] AS value FROM shop.documents WHERE client > 0`,
  accounts: `SELECT substr(tenant, 8) || '/' || number AS key, ARRAY[holder, balance::text] AS value FROM shop.accounts
              WHERE tenant LIKE 'client-%'`,
  customers: `SELECT email::text AS key, ARRAY[name, tier::text, tags::text] AS value FROM shop.customers
               WHERE email LIKE '%@client-%.example'`,
};

/** `url`: of a user that row-level security does not bind. */
export function readActualState(url: string): Promise<ActualState> {
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const ledger = await readLedger(client);
    const rows = new Map<string, Write['value'][]>();
    for (const [table, query] of Object.entries(ROWS)) await readRows(client, table as OwnedTable, query, rows);
    await client.query('COMMIT');
    return {ledger, rows};
  });
}

/** The nonces that a side which is closed should also have, or not have yet: never more than the open one. */
export const readNonces = (url: string): Promise<string[]> =>
  withClient(url, async (client) => (await readLedger(client)).map(({nonce}) => nonce));

async function readLedger(client: pg.Client): Promise<LedgerRow[]> {
  const {rows} = await client.query<LedgerRow>('SELECT client, seq::float8 AS seq, nonce::text, kind FROM shop.ledger WHERE client > 0');
  return rows;
}

async function readRows(client: pg.Client, table: OwnedTable, query: string, into: Map<string, Write['value'][]>): Promise<void> {
  const {rows} = await client.query<{key: string; value: Write['value']}>(query);
  for (const {key, value} of rows) {
    const place = placeOf({table, key});
    into.set(place, [...(into.get(place) ?? []), value]);
  }
}
