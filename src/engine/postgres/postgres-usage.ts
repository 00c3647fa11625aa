/** How busy a PostgreSQL server is, as every role may see it; what others run, only those with pg_monitor or its like may. */
import {HitShare, type Usage} from '../usage.ts';
import type {PgSessions} from './postgres-sessions.ts';

const LOOK = `
  SELECT (SELECT sum(numbackends) FROM pg_stat_database)::text AS connections,
         (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int)::text AS most,
         (SELECT blks_hit::text FROM pg_stat_database WHERE datname = current_database()) AS hits,
         (SELECT blks_read::text FROM pg_stat_database WHERE datname = current_database()) AS reads,
         CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') THEN
           (SELECT coalesce(round(max(extract(epoch FROM clock_timestamp() - query_start)) * 1000), 0)::text FROM pg_stat_activity
             WHERE state = 'active' AND backend_type = 'client backend' AND NOT (application_name LIKE 'crossfade %' AND usename = session_user)) END AS longest`;

export const postgresUsage = (sessions: PgSessions): Usage => {
  const share = new HitShare();
  return {
    look: () =>
      sessions.use(async (session) => {
        const {connections, most, hits, reads, longest} = await session.one(LOOK);
        return {
          connections: Number(connections),
          connectionsMax: Number(most),
          longestStatementMs: typeof longest === 'string' ? Number(longest) : undefined,
          cacheHitShare: share.since(Number(hits), Number(reads)),
        };
      }),
  };
};
