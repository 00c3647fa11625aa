/** Which statements the server has spent its time on, where it keeps count of them. */
import {isCoded} from '../../model/errors.ts';
import type {Statements} from '../../model/inventory.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import type {MySession} from './mysql-session.ts';

/** Of a digest the server has taken the values out; DDL is left out, because what people type there is not always a value. Without ours. */
export const OF_APPLICATIONS = `digest_text REGEXP '^[( ]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH) '
     AND digest_text NOT REGEXP 'information_schema|performance_schema|crossfade|@@|innodb_trx|groups_of_two|.c0. FROM|.c0. , COALESCE'`;

export const UNREADABLE = 'performance_schema may not be read: GRANT SELECT ON performance_schema.* lets it';

const slowest = (schemas: number): string => `
  SELECT left(digest_text, 120) AS query, cast(sum(count_star) AS char) AS calls, cast(round(sum(sum_timer_wait) / sum(count_star) / 1e9, 2) AS char) AS mean,
         cast(round(max(max_timer_wait) / 1e9, 2) AS char) AS most
    FROM performance_schema.events_statements_summary_by_digest
   WHERE schema_name IS NOT NULL AND ${schemas ? `schema_name IN (${Array(schemas).fill('?').join(', ')})` : `NOT ${ownSchemas('schema_name')}`} AND ${OF_APPLICATIONS}
   GROUP BY digest_text ORDER BY sum(sum_timer_wait) DESC LIMIT 10`;

/** `schemas`: those that clients who sent them were in; without any, those of all applications. */
export const mysqlStatementRecord = async (session: MySession, schemas: readonly string[]): Promise<Statements> => {
  const {on} = await session.one('SELECT @@global.performance_schema AS `on`');
  if (on !== '1') return {notRecorded: 'performance_schema is off, and can be switched on only when the server starts'};
  try {
    const {rows} = await session.query(slowest(schemas.length), schemas);
    return rows.map((row) => ({query: row['query'] ?? '', calls: row['calls'] ?? '', meanMs: row['mean'] ?? '', maxMs: row['most'] ?? ''}));
  } catch (error) {
    if (isCoded(error) && error.code === 'CF-GRANT-001') return {notRecorded: UNREADABLE};
    throw error;
  }
};
