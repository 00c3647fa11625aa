/** Settings as others meet them: ours are pinned for each of our sessions, and would hide what server, database and roles say. */
import {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {textArray} from './postgres-sql.ts';

/** What the speed of a copy, the way of the stream, the length of a stall and the patience of its clients depend on. */
const NAMES = [
  ...[
    'wal_level',
    'max_wal_size',
    'min_wal_size',
    'max_replication_slots',
    'max_wal_senders',
    'max_slot_wal_keep_size',
    'wal_sender_timeout',
  ],
  ...['max_connections', 'shared_buffers', 'work_mem', 'maintenance_work_mem', 'logical_decoding_work_mem', 'synchronous_commit', 'fsync'],
  ...['full_page_writes', 'checkpoint_timeout', 'autovacuum', 'statement_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout'],
  ...['max_parallel_maintenance_workers', 'max_worker_processes', 'server_encoding', 'data_checksums', 'synchronous_standby_names'],
];

/** For whoever sets nothing, with the account that we have. */
const OF_ALL = `
  SELECT name, setting || coalesce(unit, '') AS value FROM pg_settings WHERE name = ANY ($1::text[]) ORDER BY name`;

const OF_ROLES = `
  SELECT concat(split_part(one, '=', 1), ' for ', r.rolname, CASE WHEN s.setdatabase <> 0 THEN ' in this database' END) AS name,
         substr(one, strpos(one, '=') + 1) AS value
  FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN LATERAL unnest(s.setconfig) AS one
  WHERE r.rolname = ANY ($2::text[]) AND split_part(one, '=', 1) = ANY ($1::text[])
    AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) ORDER BY name`;

/** By name; those of a role of `roles` carry it in theirs. */
export async function settingsOfOthers({options}: PgSessions, roles: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const session = await PgSession.open(options, 'settings', false, 'unpinned');
  try {
    const {rows} = await session.query(OF_ALL, [textArray(NAMES)]);
    const {rows: ofRoles} = await session.query(OF_ROLES, [textArray(NAMES), textArray(roles)]);
    return Object.fromEntries([...rows, ...ofRoles].map((row) => [row['name'] ?? '', row['value'] ?? '']));
  } finally {
    await session.close();
  }
}
