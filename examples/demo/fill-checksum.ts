/**
 * Compares the rows that the shop was filled with, which no client touches, on both sides: counts and checksums made
 * by the two servers themselves, by other means than the migration's own verification.
 */
import type {Counts} from './fill.ts';
import {withClient} from './shop-database.ts';

export type TableChecksum = {readonly table: string; readonly rows: number; readonly checksum: string; readonly isEqual: boolean};

/** Which rows of a table are the filled ones. */
const filled = (count: Counts): Readonly<Record<string, string>> => ({
  customers: `id <= ${count.customers}`,
  categories: 'true',
  products: 'true',
  orders: 'client = 0',
  order_lines: `order_id <= ${count.orders}`,
  reviews: 'true',
  sessions: 'client = 0',
  documents: 'client = 0',
  accounts: `tenant LIKE 'tenant-%'`,
  ledger: 'client = 0',
});

export async function compareFilledRows(urls: readonly [string, string], count: Counts): Promise<TableChecksum[]> {
  const [one, other] = await Promise.all([checksums(urls[0], count), checksums(urls[1], count)]);
  return one.map((sum) => ({...sum, isEqual: other.some((same) => same.table === sum.table && isSame(same, sum))}));
}

type Sum = Omit<TableChecksum, 'isEqual'>;

const isSame = (a: Sum, b: Sum): boolean => a.rows === b.rows && a.checksum === b.checksum;

/** The sum of a 64-bit hash of every row's text: the order of the rows does not matter. */
function checksums(url: string, count: Counts): Promise<Sum[]> {
  return withClient(url, async (client) => {
    await client.query(`SET TimeZone = 'UTC'`);
    const sums: Sum[] = [];
    for (const [table, condition] of Object.entries(filled(count))) {
      const {rows} = await client.query<{rows: number; checksum: string}>(
        `SELECT count(*)::float8 AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS checksum
           FROM shop.${table} t WHERE ${condition}`,
      );
      for (const row of rows) sums.push({table, ...row});
    }
    return sums;
  });
}
