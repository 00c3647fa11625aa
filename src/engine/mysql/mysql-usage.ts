/** How busy a MySQL or MariaDB server is; what others run, only accounts with PROCESS may see; our own does not count. */
import {HitShare, type Usage} from '../usage.ts';
import {readAccount} from './mysql-privileges.ts';
import {askTables} from './mysql-server-tables.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';

const STATUS = `SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_connected', 'Innodb_buffer_pool_read_requests', 'Innodb_buffer_pool_reads')`;

/** In whole seconds. */
const longestBut = (processes: string, pids: readonly number[]): string => `
  SELECT coalesce(max(time), 0) * 1000 AS longest FROM ${processes}
   WHERE command IN ('Query', 'Execute') AND user NOT IN ('system user', 'event_scheduler') AND id NOT IN (${pids.join(', ') || 'NULL'})`;

export const mysqlUsage = (sessions: MySessions): Usage => {
  const share = new HitShare();
  return {
    look: () =>
      sessions.use(async (session) => {
        const {rows} = await session.query(STATUS);
        const status = new Map(rows.map((row) => [row['Variable_name'], Number(row['Value'])]));
        const most = await session.one('SELECT @@global.max_connections AS most');
        const [requests, reads] = [status.get('Innodb_buffer_pool_read_requests') ?? 0, status.get('Innodb_buffer_pool_reads') ?? 0];
        return {
          connections: status.get('Threads_connected') ?? 0,
          connectionsMax: Number(most['most']),
          longestStatementMs: await longest(session, sessions.pids),
          cacheHitShare: share.since(requests - reads, reads),
        };
      }),
  };
};

const longest = async (session: MySession, pids: readonly number[]): Promise<number | undefined> => {
  const account = await readAccount(session);
  return account.holdsOne(['PROCESS'])
    ? Number((await askTables(({processes}) => session.one(longestBut(processes, pids))))['longest'])
    : undefined;
};
