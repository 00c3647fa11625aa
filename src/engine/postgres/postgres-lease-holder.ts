/** Who holds a migration's lock, as the server sees it, and how that session is ended from outside. */
import type {LeaseHolder} from '../control.ts';
import type {MigrationRef} from '../engine.ts';
import {tryLock} from './postgres-control-statements.ts';
import type {PgSession} from './postgres-session.ts';

/** A lock of one 64-bit key shows its halves as classid and objid, with objsubid 1. */
const HOLDS_IT = `
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database() AND l.database = a.datid
    AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended($1, 0)`;

/** How long the server may take to end a session; one that hangs in the kernel is not ended at all. */
const END_MS_MAX = 10_000;

export const leaseHolder = async (session: PgSession, migration: MigrationRef): Promise<LeaseHolder | undefined> => {
  const {rows} = await session.query(
    `SELECT a.pid::text AS pid, coalesce(host(a.client_addr), 'a socket of the server') AS address,
            (SELECT holder FROM crossfade.lease WHERE name = $2 AND NOT finished) AS holder,
            to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since ${HOLDS_IT}`,
    [lockOf(migration), migration.name],
  );
  const row = rows[0];
  return (
    row && {
      session: Number(row['pid']),
      holder: row['holder'] ?? 'unknown',
      since: row['since'] ?? 'unknown',
      address: row['address'] ?? '',
    }
  );
};

/** In one statement with the look, so that nobody is ended who came later. */
export const endLeaseHolder = async (session: PgSession, migration: MigrationRef, {session: pid}: LeaseHolder): Promise<boolean> => {
  const {rows} = await session.query(`SELECT pg_terminate_backend(a.pid, $3)::text AS ended ${HOLDS_IT} AND a.pid = $2`, [
    lockOf(migration),
    pid,
    END_MS_MAX,
  ]);
  return rows[0]?.['ended'] === 'true';
};

const lockOf = (migration: MigrationRef): unknown => tryLock(migration).values?.[0];
