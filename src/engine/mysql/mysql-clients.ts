import type {Blocker, Clients, ClientSessions, MigrationRef} from '../engine.ts';
import {fenceBlockers, triggerBlockers, untilCopyIsOld} from './mysql-client-locks.ts';
import {readRights, userOf} from './mysql-client-rights.ts';
import {endClient} from './mysql-control-statements.ts';
import {numberOf} from './mysql-errors.ts';
import {type Account, readAccount} from './mysql-privileges.ts';
import {askTables, type ServerTables} from './mysql-server-tables.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteValue} from './mysql-sql.ts';

export const mysqlClients = (sessions: MySessions, migration: MigrationRef): Clients => ({
  async blockers(tables, processes) {
    const ids = tables.length ? await fenceBlockers(sessions, migration) : [];
    const inTheWay = [...processes, ...(await sessions.use((session) => triggerBlockers(session, migration, tables)))];
    const wanted = [...ids.map((id) => `t.trx_id = ${quoteValue(id)}`), ...inTheWay.map((id) => `t.trx_mysql_thread_id = ${Number(id)}`)];
    if (!wanted.length) return [];
    return sessions.use(async (session) => {
      const account = await readAccount(session);
      if (!ids.length) await untilCopyIsOld(session);
      const {rows} = await askTables((tables) =>
        session.query(
          `${transactions(account, tables)} WHERE (${wanted.join(' OR ')}) AND ${notOurs(sessions, migration, account, 't.trx_mysql_thread_id')} ORDER BY 1, 2`,
        ),
      );
      return rows.map((row) => toBlocker(row, account, session));
    });
  },
  end: (blockers) =>
    sessions.use(async (session) => {
      const same = await inTheSame(session, blockers);
      const ended: Blocker[] = [];
      for (const blocker of same) if (await isEnded(session, blocker)) ended.push(blocker);
      return ended;
    }),
  rights: (roles, tables) => sessions.use((session) => readRights(session, roles, tables)),
  sessions: (roles) =>
    sessions.use(async (session) => {
      if (!roles.length) return [];
      const account = await readAccount(session);
      const {rows} = await askTables(({processes}) =>
        session.query(
          `SELECT p.user AS role, ${applicationOf(account)} AS application, count(*) AS sessions FROM ${processes} p ${attributes(account, 'p.id')}
         WHERE p.user IN (${roles.map((role) => quoteValue(userOf(role).user)).join(', ')}) AND ${notOurs(sessions, migration, account, 'p.id')}
         GROUP BY 1, 2 ORDER BY 1, 2`,
        ),
      );
      return rows.map(
        (row): ClientSessions => ({role: row['role'] ?? '', application: row['application'] ?? '', sessions: Number(row['sessions'])}),
      );
    }),
});

/** What a client says of itself is told to those who may read there; MariaDB keeps it only where it is told to. */
export const mayReadPerformanceSchema = (account: Account): boolean => account.holdsOn('performance_schema', ['SELECT']);

export const attributes = (account: Account, process: string): string =>
  mayReadPerformanceSchema(account)
    ? `LEFT JOIN performance_schema.session_connect_attrs c ON c.processlist_id = ${process} AND c.attr_name = 'program_name'`
    : '';

export const applicationOf = (account: Account): string => (mayReadPerformanceSchema(account) ? `coalesce(c.attr_value, '')` : `''`);

/** Those of this process by their numbers, those of our watchdog by their name, where that is shown, and our account. */
export const notOurs = (sessions: MySessions, {short}: MigrationRef, account: Account, process: string): string => {
  const pids = sessions.pids.join(', ') || 'NULL';
  const byName = mayReadPerformanceSchema(account)
    ? ` AND NOT (coalesce(c.attr_value, '') LIKE ${quoteValue(`crossfade ${short} %`)} AND coalesce(p.user, '') = ${LOGIN})`
    : '';
  return `NOT coalesce(${process} IN (${pids}), FALSE)${byName}`;
};

const LOGIN = `left(user(), char_length(user()) - char_length(substring_index(user(), '@', -1)) - 1)`;

/** InnoDB tells times in the server's own zone, to the second. */
const transactions = (account: Account, {processes, transactions: open, nameOf}: ServerTables): string => `
  SELECT t.trx_mysql_thread_id AS process, ${nameOf('t')} AS transaction, coalesce(p.user, '') AS role, ${applicationOf(account)} AS application,
         timestampdiff(SECOND, t.trx_started, convert_tz(utc_timestamp(), '+00:00', 'SYSTEM')) * 1000 AS age_ms,
         IF(p.command = 'Sleep', 'idle in transaction', coalesce(nullif(p.state, ''), p.command, '')) AS state, IF(t.trx_state = 'LOCK WAIT', 'a lock', '') AS waits_in,
         p.user = ${LOGIN} AS is_same
    FROM ${open} t LEFT JOIN ${processes} p ON p.id = t.trx_mysql_thread_id ${attributes(account, 't.trx_mysql_thread_id')}`;

const toBlocker = (row: TextRow, account: Account, session: MySession): Blocker => {
  const process = Number(row['process'] ?? 0);
  return {
    process: process === 0 ? undefined : process,
    transaction: row['transaction'] ?? '',
    role: row['role'] ?? '',
    application: row['application'] ?? '',
    ageMs: typeof row['age_ms'] === 'string' ? Math.max(0, Number(row['age_ms'])) : undefined,
    state: process === 0 ? 'prepared' : (row['state'] ?? ''),
    waitsIn: row['waits_in'] ?? '',
    cannotEnd: obstacle(row, process, account, session),
  };
};

/** Threads of the server itself. */
const NO_CLIENTS = new Set(['system user', 'event_scheduler']);

const obstacle = (row: TextRow, process: number, account: Account, {flavour}: MySession): string | undefined => {
  if (process === 0) return 'only XA COMMIT or XA ROLLBACK ends it';
  if (NO_CLIENTS.has(row['role'] ?? '')) return `it is no client but the server's ${row['role']}`;
  const {endSessions} = flavour.privileges;
  return row['is_same'] === '1' || account.holdsOne(endSessions)
    ? undefined
    : `that needs GRANT ${endSessions[0]} ON *.* TO ${account.name}`;
};

/** Gone by itself, or of somebody whom we may not end. */
const NOT_ENDED = new Set([1094, 1095, 3057]);

/** Asked before they are ended, because no server ends a session on a condition: what begins in between is ended too. */
const inTheSame = async (session: MySession, blockers: readonly Blocker[]): Promise<readonly Blocker[]> => {
  await untilCopyIsOld(session);
  const {rows} = await askTables(({transactions: open, nameOf}) =>
    session.query(`SELECT t.trx_mysql_thread_id AS process, ${nameOf('t')} AS transaction FROM ${open} t`),
  );
  const now = new Map(rows.map((row) => [Number(row['process']), row['transaction']]));
  return blockers.filter(({process, transaction}) => process !== undefined && now.get(process) === transaction);
};

const isEnded = async (session: MySession, {process}: Blocker): Promise<boolean> => {
  try {
    await session.query(endClient(Number(process)));
    return true;
  } catch (error) {
    if (NOT_ENDED.has(numberOf(error) ?? 0)) return false;
    throw error;
  }
};
