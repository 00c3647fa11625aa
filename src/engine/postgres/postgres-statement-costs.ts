/** What pg_stat_statements has counted. It is the whole server's, so only this database is looked at. */
import type {StatementRecord} from '../../model/statement-times.ts';
import {folded} from '../folded-statements.ts';
import type {SentStatement, StatementCosts} from '../statement-costs.ts';
import {explained} from './postgres-explain.ts';
import {planShape} from './postgres-plan-shape.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {isNoRecord, recordSchema} from './postgres-statement-record.ts';

/** Of the extension's own limit, which is 5000 unless set; utility commands are among them. */
const READ_MAX = 2000;

export const postgresStatementCosts = (sessions: PgSessions): StatementCosts => ({
  read: () => sessions.use(readCosts),
  plan: ({sent}) => sessions.use((session) => explained(session, sent, [])),
  shape: ({sent}) => sessions.use((session) => planShape(session, sent)),
});

const readCosts = async (session: PgSession): Promise<StatementRecord<SentStatement>> => {
  const schema = await recordSchema(session);
  if (schema === undefined)
    return {
      notRecorded: 'no pg_stat_statements: add it to shared_preload_libraries, restart the server, CREATE EXTENSION pg_stat_statements',
    };
  const {may, role} = await session.one(`SELECT pg_has_role('pg_read_all_stats', 'USAGE')::text AS may, quote_ident(current_user) AS role`);
  if (may !== 'true') return {notRecorded: `statements of other roles are not shown to this one: GRANT pg_read_all_stats TO ${role}`};
  try {
    const {rows} = await session.query(countedIn(schema));
    return {
      countedSince: await countedSince(session, schema),
      statements: folded(rows.map(({query, calls, total}) => ({sent: query ?? '', calls: Number(calls), totalMs: Number(total)}))),
    };
  } catch (error) {
    if (isNoRecord(error)) return {notRecorded: 'pg_stat_statements is not loaded: add it to shared_preload_libraries, restart the server'};
    throw error;
  }
};

/** Our own, on both sides and in numbers: they ask the catalogue or the log, and read tables with ONLY and digests of rows. */
const OWN = String.raw`\mcrossfade\M|\mpg_\w|\mto_reg|::regclass\M|\m(?:current_setting|set_config)\(|\mONLY "|\mAS sum0\M|^SELECT \$1$`;

const countedIn = (schema: string): string => `
  SELECT query, sum(calls)::text AS calls, sum(total_exec_time)::text AS total FROM ${schema}.pg_stat_statements
   WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query !~* '${OWN}'
   GROUP BY query ORDER BY sum(total_exec_time) DESC LIMIT ${READ_MAX}`;

/** From version 1.9 of the extension on, which a server that was upgraded need not have. */
const countedSince = async (session: PgSession, schema: string): Promise<string | undefined> => {
  const {name} = await session.one(`SELECT to_regclass('${schema}.pg_stat_statements_info')::text AS name`);
  if (name === null) return undefined;
  const {since} = await session.one(
    `SELECT to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS since FROM ${schema}.pg_stat_statements_info`,
  );
  return since ?? undefined;
};
