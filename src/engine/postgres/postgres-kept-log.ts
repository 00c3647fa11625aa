import type {Direction} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';
import type {KeptLog} from '../kept-log.ts';
import {slotName} from './postgres-names.ts';
import type {PgSessions} from './postgres-sessions.ts';

/** `safe_wal_size` is null while `max_slot_wal_keep_size` sets no limit. Disk space is nothing a server tells its clients. */
const KEPT_LOG = `
  SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS kept, CASE WHEN safe_wal_size < 0 THEN 0 ELSE safe_wal_size END::text AS left,
         pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS written, (wal_status = 'unreserved')::text AS given_up,
         (SELECT round(wal_bytes / nullif(extract(epoch FROM clock_timestamp() - stats_reset), 0))::text FROM pg_stat_wal) AS rate
  FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database() AND wal_status IS DISTINCT FROM 'lost'`;

/** Undefined when there is no slot of this direction, and when it is lost: nothing is kept for it any more (`probeStream` says so). */
export const keptLog = (sessions: PgSessions, migration: MigrationRef, direction: Direction): Promise<KeptLog | undefined> =>
  sessions.use(async (session) => {
    const {rows} = await session.query(KEPT_LOG, [slotName(migration, direction)]);
    const row = rows[0];
    return (
      row && {
        keptBytes: Number(row['kept'] ?? 0),
        leftBytes: numberOf(row['left']),
        bytesPerSecond: numberOf(row['rate']),
        writtenBytes: Number(row['written']),
        isGivenUp: row['given_up'] === 'true',
      }
    );
  });

const numberOf = (text: string | null | undefined): number | undefined => (text === null || text === undefined ? undefined : Number(text));
