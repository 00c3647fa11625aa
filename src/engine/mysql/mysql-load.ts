/** How much a server has to do for everybody: by its own counts. Which replicas follow it and how far, it does not know. */
import type {Load} from '../load.ts';
import {executedPosition} from './mysql-mark.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';

export const mysqlLoad = (sessions: MySessions): Load => ({
  connections: () =>
    sessions.use(async (session) => {
      const [used] = (await session.query(`SHOW GLOBAL STATUS LIKE 'Threads_connected'`)).rows;
      const {most} = await session.one('SELECT @@GLOBAL.max_connections AS most');
      return {used: Number(Object.values(used ?? {}).at(-1)), max: Number(most)};
    }),
  statements: () => sessions.use(statements),
  written: () => sessions.use(executedPosition),
  followed: () =>
    sessions.use(async (session) => {
      const {rows} = await session.query(session.flavour.name === 'mysql' ? 'SHOW REPLICA STATUS' : 'SHOW ALL SLAVES STATUS');
      if (rows.length === 0) throw new Error('this server is no replica: it follows nobody');
      return executedPosition(session);
    }),
});

const statements = async (session: MySession) => {
  const {counts} = await session.one('SELECT @@performance_schema AS counts');
  if (Number(counts) !== 1) throw new Error('the server counts no statements: performance_schema is off; give the throttle a query');
  const {count, total} = await session.one(
    `SELECT coalesce(sum(count_star), 0) AS count, coalesce(sum(sum_timer_wait), 0) / 1000000000 AS total
       FROM performance_schema.events_statements_summary_by_account_by_event_name
      WHERE user IS NOT NULL AND user <> substring_index(user(), '@', 1) AND event_name LIKE 'statement/sql/%'`,
  );
  return {count: Number(count), totalMs: Number(total)};
};
