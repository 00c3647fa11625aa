/** What the server's own settings mean for a stream of its changes (H-69 to H-73, H-77, H-79). Both sides send one sooner or later. */
import type {Side} from '../../model/side.ts';
import type {Table} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {Setting} from './mysql-flavour.ts';
import type {MySession} from './mysql-session.ts';

/** A pause of two days must not lose the place in the log. */
const KEPT_SECONDS_MIN = 2 * 86_400;

export const logFindings = async (session: MySession, as: Side, tables: readonly Table[]): Promise<Finding[]> => {
  const {settings} = session.flavour;
  const {rows} = await session.query('SHOW GLOBAL VARIABLES');
  const values: Values = new Map(rows.map((row) => [row['Variable_name'] ?? '', row['Value'] ?? '']));
  const wrong = settings.filter(({name, wanted}) => values.has(name) && values.get(name) !== wanted);
  return [
    ...wrong.map((setting) => wrongSetting(setting, as, values.get(setting.name) ?? '')),
    ...keptFindings(as, values),
    ...doubtful(as, values),
    ...(wrong.some(({name}) => name === 'log_bin') ? [] : await filterFindings(session, as, tables)),
    ...(await followedFindings(session, as)),
    ...(await unloggedWriters(session, as)),
  ];
};

type Values = ReadonlyMap<string, string>;

const wrongSetting = ({name, wanted, otherwise, isRestartNeeded}: Setting, as: Side, found: string): Finding => ({
  severity: 'refuse',
  code: 'CF-SRC-001',
  object: `${as} server`,
  reason: `${name} is ${found || 'empty'}, and a change stream needs ${wanted || 'it empty'}: ${otherwise}`,
  next: isRestartNeeded
    ? `start the server with ${name.replaceAll('_', '-')} (restart needed)`
    : `SET GLOBAL ${name} = '${wanted}', and the same in the server's configuration; sessions that are open keep what they had until they connect anew`,
});

/** H-69: a place that was purged is gone for good. Zero means never. */
const keptFindings = (as: Side, values: Values): Finding[] => {
  const days = Number(values.get('expire_logs_days') ?? 0) * 86_400;
  const seconds = Number(values.get('binlog_expire_logs_seconds') ?? 0) || days;
  if (seconds === 0 || seconds >= KEPT_SECONDS_MIN) return [];
  return [
    {
      severity: 'warn',
      code: 'CF-SRC-004',
      object: `${as} server`,
      reason: `the log is kept for ${Math.round(seconds / 3600)} hours only; a run that pauses longer has to begin again`,
      next: 'raise binlog_expire_logs_seconds to twice the time that the migration may take',
    },
  ];
};

const doubtful = (as: Side, values: Values): Finding[] => {
  const found: Finding[] = [];
  const warn = (code: string, reason: string, next: string): void =>
    void found.push({severity: 'warn', code, object: `${as} server`, reason, next});
  if (values.get('sync_binlog') !== '1' || values.get('innodb_flush_log_at_trx_commit') !== '1')
    warn(
      'CF-STATE-003',
      'after a crash it may have lost commits that it had confirmed, also such that were sent on already',
      'SET GLOBAL sync_binlog = 1, innodb_flush_log_at_trx_commit = 1',
    );
  if (values.get('binlog_checksum') === 'NONE')
    warn('CF-SRC-001', 'the log has no checksums, so that a damaged change would not be noticed', `SET GLOBAL binlog_checksum = 'CRC32'`);
  if (values.get('gtid_strict_mode') === 'OFF')
    warn(
      'CF-SRC-004',
      'gtid_strict_mode is OFF, so numbers of transactions may go back, and a place in the log may not be found again',
      'SET GLOBAL gtid_strict_mode = ON',
    );
  return found;
};

/** H-72: these schemas write beside the log. Without the right to ask, the missing grant is a finding of its own. */
const filterFindings = async (session: MySession, as: Side, tables: readonly Table[]): Promise<Finding[]> => {
  const row = await session.query(session.flavour.logStatus).then(({rows}) => rows[0], ignoreMissingGrant);
  if (!row) return [];
  const listed = (name: string): string[] => (row[name] ?? '').split(',').filter((one) => one !== '');
  const [only, never] = [listed('Binlog_Do_DB'), listed('Binlog_Ignore_DB')];
  const isLeftOut = (schema: string): boolean => never.includes(schema) || (only.length > 0 && !only.includes(schema));
  return [...new Set(tables.map(({name}) => name.schema))].filter(isLeftOut).map((schema) => ({
    severity: 'refuse',
    code: 'CF-SRC-001',
    object: `schema ${schema} on the ${as}`,
    reason: 'is left out of the log by binlog-do-db or binlog-ignore-db: its changes would be lost without a trace (H-72)',
    next: 'take it out of the filter in the server configuration (restart needed)',
  }));
};

/** H-77: rows that arrive by replication pass by every trigger, so no fence would hold them. A group's own channels are its primary's too. */
const followedFindings = async (session: MySession, as: Side): Promise<Finding[]> => {
  const rows = await session.query(session.flavour.followed).then((reply) => reply.rows, ignoreMissingGrant);
  if (!rows?.some((row) => !(row['Channel_Name'] ?? '').startsWith('group_replication_'))) return [];
  return [
    {
      severity: 'refuse',
      code: 'CF-SRC-007',
      object: `${as} server`,
      reason: 'follows another server: what arrives from there is written past every fence (H-77)',
      next: `give the address of the server that it follows in ${as}.url, or end its replication for good (STOP REPLICA, RESET REPLICA ALL)`,
    },
  ];
};

const ignoreMissingGrant = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && error.code === 'CF-GRANT-001') return undefined;
  throw error;
};

/** H-72: nothing but a comparison finds what these write with `sql_log_bin = 0`. Accounts that the server shows us. */
const unloggedWriters = async (session: MySession, as: Side): Promise<Finding[]> => {
  const privileges = session.flavour.privileges.skipLog.map((name) => `'${name}'`).join(', ');
  const {rows} = await session.query(
    `SELECT DISTINCT grantee AS name FROM information_schema.user_privileges WHERE privilege_type IN (${privileges})
       AND grantee NOT LIKE '''mysql.%' AND grantee NOT LIKE '''mariadb.%' AND grantee NOT LIKE '''root''@%' ORDER BY 1`,
  );
  const names = rows.map((row) => row['name'] ?? '');
  if (!names.length) return [];
  return [
    {
      severity: 'info',
      code: 'CF-SRC-001',
      object: `${as} server`,
      reason: `${names.join(', ')} may write without the log (SET sql_log_bin = 0), and only a comparison would find it`,
      next: 'take that right from accounts of applications, and compare all rows before the cutover',
    },
  ];
};
