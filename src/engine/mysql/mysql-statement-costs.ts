/** What the performance schema has counted, by digests: texts from which the server has taken the values. */
import {isCoded} from '../../model/errors.ts';
import type {StatementRecord} from '../../model/statement-times.ts';
import {folded} from '../folded-statements.ts';
import type {SentStatement, StatementCosts} from '../statement-costs.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {OF_APPLICATIONS, UNREADABLE} from './mysql-statement-record.ts';

/** Of the server's own limit, which is 10000 on MySQL and 5000 on MariaDB unless set. */
const READ_MAX = 2000;

export const mysqlStatementCosts = (sessions: MySessions): StatementCosts => ({
  read: () => sessions.use(readCosts),
  // EXPLAIN needs values, and carries parts of some statements out to plan them.
  plan: () => Promise.reject(new Error('MySQL and MariaDB plan no statement without its values')),
});

const readCosts = async (session: MySession): Promise<StatementRecord<SentStatement>> => {
  const {counts} = await session.one('SELECT @@global.performance_schema AS counts');
  if (counts !== '1') return {notRecorded: 'performance_schema is off: switch it on in the server’s settings, and restart the server'};
  try {
    const {enabled} = await session.one(DIGESTS);
    if (enabled !== 'YES')
      return {
        notRecorded: `digests are not counted: UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = 'statements_digest'`,
      };
    const {rows} = await session.query(COUNTED);
    const {since} = await session.one(SINCE);
    const statements = rows.map(({query, calls, total}) => ({sent: query ?? '', calls: Number(calls), totalMs: Number(total)}));
    return {countedSince: since ?? undefined, statements: folded(statements)};
  } catch (error) {
    if (isCoded(error) && error.code === 'CF-GRANT-001') return {notRecorded: UNREADABLE};
    throw error;
  }
};

const DIGESTS = `SELECT max(enabled) AS enabled FROM performance_schema.setup_consumers WHERE name = 'statements_digest'`;

/** Of clients that have chosen a schema. Times are in picoseconds. */
const COUNTED = `
  SELECT digest_text AS query, cast(sum(count_star) AS char) AS calls, cast(sum(sum_timer_wait) / 1e9 AS char) AS total
    FROM performance_schema.events_statements_summary_by_digest
   WHERE schema_name IS NOT NULL AND NOT ${ownSchemas('schema_name')} AND ${OF_APPLICATIONS}
   GROUP BY digest_text ORDER BY sum(sum_timer_wait) DESC LIMIT ${READ_MAX}`;

/** The server does not say when it began to count; what it counted first is gone when it has begun anew. */
const SINCE = `
  SELECT date_format(min(first_seen), '%Y-%m-%dT%H:%i:%s.%fZ') AS since FROM performance_schema.events_statements_summary_by_digest`;
