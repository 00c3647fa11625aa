/** The database that a clone is made in: what stands there, how it is told to be a clone, and how it is emptied. */
import {TerminalError} from '../../model/errors.ts';
import {carryOut} from '../carry-out.ts';
import type {Cloning} from '../cloning.ts';
import {isPassing} from './postgres-errors.ts';
import {SCHEMA_SETTINGS} from './postgres-schema-file.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteValue, textArray} from './postgres-sql.ts';

/** It has no tables, so nothing of a scope is ever in it. */
const MARK = 'crossfade_clone';

/** What extensions have brought is nobody's data. */
const OBJECTS = `
  SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = '${MARK}')::text AS mark, (
    SELECT count(*) FROM (
      SELECT 'pg_class'::regclass AS kind, c.oid, c.relnamespace AS n FROM pg_class c UNION ALL
      SELECT 'pg_proc'::regclass, p.oid, p.pronamespace FROM pg_proc p) AS objects
    JOIN pg_namespace ON pg_namespace.oid = objects.n
    WHERE nspname !~ '^(pg_|information_schema$)'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = objects.kind AND d.objid = objects.oid AND d.deptype = 'e'))::text AS objects`;

export const whatIsHere: (session: PgSession) => ReturnType<Cloning['whatIsHere']> = async (session) => {
  const {mark, objects} = await session.one(OBJECTS);
  if (mark === 'true') return 'a clone';
  return objects === '0' ? 'nothing' : 'other';
};

/** Marked first: whoever finds the database half emptied knows that it may be. */
export async function claim(session: PgSession, note: string, ours: readonly number[]): Promise<void> {
  if ((await whatIsHere(session)) === 'other')
    throw new TerminalError('the database for the clone holds something that no rehearsal has made', {
      code: 'CF-REHEARSE-001',
      next: 'name an empty database',
    });
  await session.query(`CREATE SCHEMA IF NOT EXISTS ${MARK}; COMMENT ON SCHEMA ${MARK} IS ${quoteValue(note)}`);
  await endOthers(session, ours);
  for (const statement of (await session.query(LEFT)).rows) await session.query(statement['sql'] ?? '');
  await session.query('CREATE SCHEMA IF NOT EXISTS public');
}

/** A watchdog of a rehearsal that was killed, or an application that was being tried. */
async function endOthers(session: PgSession, ours: readonly number[]): Promise<void> {
  await session.query(
    `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL ($1::int[]) AND backend_type IN ('client backend', 'walsender')`,
    [textArray(ours.map(String))],
  );
}

/** In this order: what watches or holds the others goes first. */
const LEFT = `
  SELECT sql FROM (
    SELECT 1 AS place, format('SELECT pg_drop_replication_slot(%L)', slot_name) AS sql FROM pg_replication_slots WHERE database = current_database()
    UNION ALL SELECT 2, format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger
    UNION ALL SELECT 3, format('DROP PUBLICATION %I', pubname) FROM pg_publication
    UNION ALL SELECT 4, format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL SELECT 5, format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', '${MARK}')
  ) AS statements ORDER BY place`;

export const make = async (session: PgSession, statements: Parameters<Cloning['make']>[0]): ReturnType<Cloning['make']> => {
  await session.query(SCHEMA_SETTINGS);
  try {
    return await carryOut(statements, (sql) => session.query(sql), isPassing);
  } finally {
    await session.query('RESET ALL');
  }
};
