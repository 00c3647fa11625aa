/** What Crossfade's own schema is installed, taken over and removed with, apart from who sends it. */
import type {MigrationRef} from '../engine.ts';
import {CONTROL_SCHEMA, FENCE_FUNCTION, REPORT_FUNCTION} from './postgres-control-schema.ts';
import type {Sql} from './postgres-statement.ts';

/** Two runs that install or remove at the same moment take turns; held until the transaction ends. */
export const INSTALL_TURN = `SELECT pg_advisory_xact_lock(hashtextextended('crossfade install', 0))`;

export const INSTALL = CONTROL_SCHEMA + FENCE_FUNCTION + REPORT_FUNCTION;

/** False also of tables that an earlier version made. */
export const IS_WHOLE = `
  SELECT (to_regprocedure('crossfade.fence_guard()') IS NOT NULL AND to_regclass('crossfade.canary') IS NOT NULL AND to_regclass('crossfade.ddl') IS NOT NULL AND to_regclass('crossfade.parked') IS NOT NULL
          AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('crossfade.journal') AND attname = 'history')
          AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('crossfade.progress') AND attname = 'pos' AND atttypid = 'text'::regtype))::text AS whole`;

/** One runner per migration; the lock lives as long as its session. */
export const tryLock = ({name}: MigrationRef): Sql => ({
  text: `SELECT pg_try_advisory_lock(hashtextextended($1, 0))::text AS got`,
  values: [`crossfade ${name}`],
});

/** A replaced runner's sessions may hold row locks and the slot; its watchdog stays until it sees the new epoch. */
export const endOldSessions = ({short}: MigrationRef, ownPids: string): Sql => ({
  text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE $1 AND application_name NOT LIKE $2 AND pid <> ALL ($3::int[])`,
  values: [`crossfade ${short} %`, `crossfade ${short} watchdog%`, ownPids],
});

/** How long a zombie's open transaction may hold up a takeover before its session is ended again. */
const TAKEOVER_LOCK_TIMEOUT = '2s';

/** In one transaction: from here on a replaced runner's commits fail. */
export const takeOver = (short: string, epoch: number | string): Sql[] => [
  {text: `SET LOCAL lock_timeout = '${TAKEOVER_LOCK_TIMEOUT}'`},
  {text: `UPDATE crossfade.chunk SET epoch = $2 WHERE migration = $1 AND state = 'open'`, values: [short, epoch]},
  {text: `UPDATE crossfade.progress SET epoch = $2 WHERE migration = $1`, values: [short, epoch]},
];

/** When no other migration is left. */
export const DROP_SCHEMA = 'DROP SCHEMA crossfade CASCADE';
