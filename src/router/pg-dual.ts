/** Tokens and snapshots of PostgreSQL. */
import type pg from 'pg';
import {type DualSide, type Needed, quotedTable, type Token} from './dual-side.ts';
import type {PgStatements} from './pg-pool.ts';

/** `outbox`: schema.table. */
export function pgDual(outbox: string): DualSide<PgStatements> {
  const table = quotedTable(outbox, '"');
  return {
    raise: async ({query}, token) => numberOf((await query(raiseText(table, token, ''))).rows),
    raiseInside: ({query}, token) => raiseInside(query, raiseText(table, token, 'WHERE txid_current_if_assigned() IS NOT NULL')),
    report: ({query}, {migration, router, version, tally}) =>
      query('SELECT crossfade.report_reads($1, $2, $3, $4)', [migration, router, version, tally]),
    readAt: ({query}, needed, act) => readAt(query, table, needed, () => act({query})),
  };
}

type Query = PgStatements['query'];

/** Only what a router has made itself stands in the text. */
const raiseText = (table: string, {router, place, epoch}: Token, when: string): string =>
  `INSERT INTO ${table} AS o (router, connection, n, epoch) SELECT '${router}', ${place}, 1, ${epoch} ${when}
   ON CONFLICT (router, connection) DO UPDATE SET n = o.n + 1, epoch = excluded.epoch RETURNING n::text`;

/** One message there and back. A refusal takes back nothing but itself. */
async function raiseInside(query: Query, raise: string): Promise<bigint | undefined> {
  try {
    // Several statements in one message have several answers, of which the driver's type says nothing.
    const answers = (await query(
      `SAVEPOINT crossfade_outbox; ${raise}; RELEASE SAVEPOINT crossfade_outbox`,
    )) as unknown as pg.QueryResult[];
    const rows = answers.flatMap((answer): unknown[] => answer.rows);
    return rows.length ? numberOf(rows) : undefined;
  } catch (error) {
    // Without a savepoint to go back to the application's own statement had failed before, and COMMIT says so.
    await query('ROLLBACK TO SAVEPOINT crossfade_outbox').catch(() => undefined);
    throw error;
  }
}

function numberOf(rows: readonly unknown[]): bigint {
  const [row] = rows as readonly {readonly n: string}[];
  if (!row) throw new Error('the outbox took no token');
  return BigInt(row.n);
}

async function readAt<R>(query: Query, table: string, needed: Needed, act: () => Promise<R>): Promise<{readonly value: R} | undefined> {
  const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${needed.msMax}; ${question(table, needed)}`;
  const answers = (await query(begin)) as unknown as pg.QueryResult<{isThere?: boolean}>[];
  const isThere = answers.at(-1)?.rows[0]?.isThere === true;
  const found = isThere ? {value: await act()} : undefined;
  await query('COMMIT');
  return found;
}

function question(table: string, {router, tokens}: Needed): string {
  const wanted = [...tokens].map(([place, n]) => `(${place}, ${n})`);
  if (wanted.length === 0) return 'SELECT true AS "isThere"';
  return `SELECT count(*) = ${wanted.length} AS "isThere" FROM ${table} o JOIN (VALUES ${wanted.join(', ')}) AS t (connection, n)
    ON o.connection = t.connection AND o.n >= t.n WHERE o.router = '${router}'`;
}
