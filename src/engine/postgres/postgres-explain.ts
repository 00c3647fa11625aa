/**
 * How the server would carry out a statement that it has recorded without values. Nothing is carried out: EXPLAIN only
 * plans, the transaction could write nothing, and what takes long is given up. Servers from PostgreSQL 16 on plan without
 * values; older ones plan a prepared statement so, and are given NULLs that no plan is made for.
 */
import {holdsValue} from '../statement-text.ts';
import type {PgSession} from './postgres-session.ts';

export const PLAN_MS_MAX = 2000;
/** From here on a statement is planned without its values. */
const GENERIC_PLAN_FROM = 160000;
const PREPARED = 'crossfade_explained';

/** `options` of EXPLAIN. Rejects with the reason where the server does not tell; the session must not be used after that. */
export const explained = async (session: PgSession, sent: string, options: readonly string[]): Promise<string> => {
  if (holdsValue(sent)) throw new Error('the record of the server holds values of this statement');
  if (/;(?!\s*$)/.test(sent)) throw new Error('the record of the server may hold more than this statement');
  const {version} = await session.one(`SELECT current_setting('server_version_num') AS version`);
  return session.transaction('BEGIN READ ONLY', async () => {
    await session.query(`SET LOCAL statement_timeout = ${PLAN_MS_MAX}`);
    return Number(version) < GENERIC_PLAN_FROM ? ofPrepared(session, sent, options) : answerTo(session, ['GENERIC_PLAN', ...options], sent);
  });
};

/** NULLs would let the server leave partitions out that a value may need; what a newer one tells has all of them. */
const ofPrepared = async (session: PgSession, sent: string, options: readonly string[]): Promise<string> => {
  await session.query('SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_partition_pruning = off');
  await session.query(`PREPARE ${PREPARED} AS ${sent}`);
  const {parameters} = await session.one(
    `SELECT cardinality(parameter_types)::text AS parameters FROM pg_prepared_statements WHERE name = '${PREPARED}'`,
  );
  const values = Array.from({length: Number(parameters)}, () => 'NULL').join(', ');
  const plan = await answerTo(session, options, `EXECUTE ${PREPARED}${values && ` (${values})`}`);
  await session.query(`DEALLOCATE ${PREPARED}`);
  return plan;
};

const answerTo = async (session: PgSession, options: readonly string[], statement: string): Promise<string> => {
  const {rows} = await session.query(`EXPLAIN${options.length > 0 ? ` (${options.join(', ')})` : ''} ${statement}`);
  return rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
};
