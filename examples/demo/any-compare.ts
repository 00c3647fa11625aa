/** Compares every table of two databases without any code of the migration: number of rows, and a digest of all of them. */
import type pg from 'pg';
import {withClient} from './shop-database.ts';
import type {TableChecksum} from './fill-checksum.ts';

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$|crossfade)' ORDER BY 1`;

const PINS = `SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 3; SET bytea_output = 'hex'; SET row_security = off; SET search_path = ''`;

export async function compareAllRows(first: string, second: string): Promise<TableChecksum[]> {
  const [one, other] = await Promise.all([sumsOf(first), sumsOf(second)]);
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return names.map((table) => ({
    table,
    rows: one.get(table)?.rows ?? 0,
    checksum: one.get(table)?.digest ?? '',
    isEqual: one.get(table)?.digest === other.get(table)?.digest,
  }));
}

type Sum = {readonly rows: number; readonly digest: string};

const sumsOf = (url: string): Promise<Map<string, Sum>> =>
  withClient(url, async (client) => {
    await client.query(PINS);
    const {rows} = await client.query<{name: string}>(TABLES);
    const sums = new Map<string, Sum>();
    for (const {name} of rows) sums.set(name, await sumOf(client, name));
    return sums;
  });

/** Two sums of halves of md5 do not depend on the order of rows, and hold no table in memory. */
const sumOf = async (client: pg.Client, name: string): Promise<Sum> => {
  const half = (from: number): string => `coalesce(sum(('x' || substr(md5(t::text), ${from}, 15))::bit(60)::bigint::numeric), 0)`;
  const {rows} = await client.query<Sum>(
    `SELECT count(*)::float8 AS rows, concat_ws('/', count(*), ${half(1)}, ${half(17)}) AS digest FROM ${name} AS t`,
  );
  return rows[0] ?? {rows: 0, digest: 'none'};
};
