/**
 * What uses a source and does not go with its rows: state that lives in sessions (H-102), servers that follow it (H-105),
 * and others who read its changes (H-106).
 */
import type {Finding} from '../engine.ts';
import type {PgSession} from './postgres-session.ts';

/** Ours apart. */
const LOCKS = `
  SELECT count(DISTINCT a.pid)::text AS sessions, string_agg(DISTINCT format('%s (%s)', a.usename, coalesce(nullif(a.application_name, ''), 'no name')), ', ') AS who
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND a.application_name NOT LIKE 'crossfade %'`;

const TEMPORARY = `
  SELECT count(*)::text AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname LIKE 'pg\\_temp\\_%'`;

/** A logical reader has a slot of its own; a backup is over soon. */
const REPLICAS = `
  SELECT string_agg(format('%s (%s)', coalesce(nullif(r.application_name, ''), 'no name'), coalesce(host(r.client_addr), 'no address to be seen')), ', ' ORDER BY r.application_name) AS who
  FROM pg_stat_replication r WHERE r.state IS DISTINCT FROM 'backup'
    AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')`;

const READERS = `
  SELECT string_agg(format('%s (%s)', slot_name, plugin), ', ' ORDER BY slot_name) AS who
  FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database() AND slot_name NOT LIKE 'crossfade\\_%'`;

export const leftBehind = async (session: PgSession): Promise<Finding[]> => {
  const [locks, temporary] = [await session.one(LOCKS), await session.one(TEMPORARY)];
  const [replicas, readers] = [await session.one(REPLICAS), await session.one(READERS)];
  return [
    ...(locks['who']
      ? [
          warning(
            'advisory locks',
            `are held by ${locks['sessions']} sessions: ${locks['who']}; on the target they are free`,
            'see that their holders end before the cutover, or do nothing twice',
          ),
        ]
      : []),
    ...(temporary['tables'] !== '0'
      ? [
          warning(
            'temporary tables',
            `exist (${temporary['tables']}), and are gone with the connections that the cutover ends`,
            'see that their sessions can make them again',
          ),
        ]
      : []),
    ...(replicas['who']
      ? [
          warning(
            'replicas',
            `follow the source: ${replicas['who']}; from the cutover on they show old rows`,
            'make replicas of the target, and send their readers there with the cutover',
          ),
        ]
      : []),
    ...(readers['who']
      ? [
          warning(
            'replication slots',
            `of others read changes of the source: ${readers['who']}; from the cutover on nothing more comes there`,
            'decide where their readers go on, and make their slots on the target before the cutover',
          ),
        ]
      : []),
  ];
};

const warning = (object: string, reason: string, next: string): Finding => ({severity: 'warn', code: 'CF-SRC-008', object, reason, next});
