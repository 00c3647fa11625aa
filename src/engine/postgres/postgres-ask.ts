import type {AskLimits} from '../engine.ts';
import type {PgSessions} from './postgres-sessions.ts';

/**
 * As a subquery, so that it is one query and no statement that acts. Each value in the text form of JSON, by which all of a
 * row's columns come whatever they are called.
 */
export const askPostgres = (sessions: PgSessions, query: string, {limitMs, rowsMax}: AskLimits) =>
  sessions.use((session) =>
    session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
      await session.query(`SET LOCAL statement_timeout = ${Math.ceil(limitMs)}`);
      const {rows} = await session.query(
        `SELECT (SELECT coalesce(json_agg(value ORDER BY place), '[]') FROM json_each_text(row_to_json(asked)) WITH ORDINALITY AS each (name, value, place))::text AS row
           FROM (\n${query.replace(/;\s*$/, '')}\n) AS asked LIMIT ${rowsMax}`,
      );
      return rows.map(({row}) => JSON.parse(row ?? '[]') as (string | null)[]);
    }),
  );
