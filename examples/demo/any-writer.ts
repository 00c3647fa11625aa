/**
 * An application for a database that nobody has explained: it sets columns that are no key to what they are, one row at
 * a time, through the router. Nothing changes but whatever the database's own triggers do; still every update is a
 * write that is fenced, routed, streamed and compared like any other.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {createRouter, outcomeOf, type Router} from '../../src/router/router.ts';
import type {ApplicationReport} from './application.ts';
import {withClient} from './shop-database.ts';

export type AnyWriter = {report(): ApplicationReport; stop(): Promise<void>};

/** One writable column outside the key for each table that has one; the rows of partitions are reached by their root. */
const WRITABLE = `
  SELECT DISTINCT ON (c.oid) format('%I.%I', n.nspname, c.relname) AS name, quote_ident(a.attname) AS column
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema$|crossfade)' AND a.attgenerated = '' AND a.attidentity <> 'a'
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident) AND a.attnum = ANY (i.indkey::int2[]))
  ORDER BY c.oid, a.attnum`;

type Writable = {readonly name: string; readonly column: string};
type Addresses = {readonly source: string; readonly target: string};

/** `migration`: the plan's name. Resolves when a first update was acknowledged, or no table can be written to. */
export async function startAnyWriter(
  addresses: Addresses,
  migration: string,
  {clients, tps}: {readonly clients: number; readonly tps: number},
): Promise<AnyWriter> {
  const {rows: tables} = await withClient(addresses.source, (client) => client.query<Writable>(WRITABLE));
  const router = createRouter({...addresses, migration, poolMax: clients});
  const tally = {ok: 0, fail: 0, unknown: 0};
  const stop = new AbortController();
  const intervalMs = (clients * 1000) / tps;
  const runs = tables.length
    ? Array.from({length: clients}, (_, index) => writeOn({router, tables, tally, intervalMs, signal: stop.signal}, index))
    : [];
  while (tables.length && !tally.ok && !tally.fail) await sleep(intervalMs);
  return {
    report: () => ({...tally, side: router.state().side, isHeld: router.state().isHeld}),
    async stop() {
      if (stop.signal.aborted) return;
      stop.abort();
      await Promise.all(runs);
      await router.close();
    },
  };
}

type Client = {
  readonly router: Router;
  readonly tables: readonly Writable[];
  readonly tally: {ok: number; fail: number; unknown: number};
  readonly intervalMs: number;
  readonly signal: AbortSignal;
};

async function writeOn({router, tables, tally, intervalMs, signal}: Client, first: number): Promise<void> {
  for (let turn = first; !signal.aborted; turn += 1) {
    const table = tables[turn % tables.length];
    if (table) await write(router, table, tally);
    await sleep(intervalMs, undefined, {signal}).catch(() => undefined); // aborted: the loop ends
  }
}

/** A row from anywhere near the start: which one is of no matter. */
async function write(router: Router, {name, column}: Writable, tally: Client['tally']): Promise<void> {
  const row = `SELECT tableoid, ctid FROM ${name} OFFSET ${Math.floor(Math.random() * 50)} LIMIT 1`;
  try {
    await router.query(`UPDATE ${name} SET ${column} = ${column} WHERE (tableoid, ctid) IN (${row})`);
    tally.ok += 1;
  } catch (error) {
    tally[outcomeOf(error) === 'failed' ? 'fail' : 'unknown'] += 1;
  }
}

/** Everything a demo's application may need on a database that has no role for it. */
export const grantEverything = (url: string, role: string): Promise<unknown> =>
  withClient(url, async (client) => {
    const {rows} = await client.query<{name: string}>(
      `SELECT nspname AS name FROM pg_namespace n WHERE n.nspname !~ '^(pg_|information_schema$|crossfade)'`,
    );
    for (const name of rows.map((row) => pg.escapeIdentifier(row.name)))
      await client.query(
        `GRANT USAGE ON SCHEMA ${name} TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${role}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${name} TO ${role}`,
      );
  });
