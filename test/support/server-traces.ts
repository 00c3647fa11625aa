/** Everything in a database, and about it on its server, that a migration could leave behind: for comparing before and after. */
import type {StoryDatabase} from './story-database.ts';

const OBJECTS = [
  'pg_namespace',
  'pg_type',
  'pg_class',
  'pg_proc',
  'pg_constraint',
  'pg_trigger',
  'pg_policy',
  'pg_extension',
  'pg_event_trigger',
  'pg_publication',
];

const TRACES: Readonly<Record<string, string>> = {
  objects: OBJECTS.map(
    (catalog) =>
      `SELECT i.type || ' ' || i.identity FROM ${catalog} o, pg_identify_object('${catalog}'::regclass, o.oid, 0) i
       WHERE o.oid >= 16384 AND i.identity !~ 'RI_ConstraintTrigger'`, // numbered anew whenever a foreign key is
  ).join(' UNION ALL '),
  columns: `SELECT format('%s.%s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attnum > 0 AND c.oid >= 16384 AND c.relnamespace <> 'pg_toast'::regnamespace`,
  tables: `SELECT format('%s %s %s %s', oid::regclass, relreplident, relrowsecurity, relacl) FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'S', 'v', 'm')`,
  functions: `SELECT format('%s %s', oid::regprocedure, proacl) FROM pg_proc WHERE oid >= 16384`,
  schemas: `SELECT format('%s %s', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)_'`,
  defaults: `SELECT format('%s %s', defaclobjtype, defaclacl) FROM pg_default_acl`,
  settings: `SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  database: `SELECT datacl::text || datconnlimit FROM pg_database WHERE datname = current_database()`,
  slots: `SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database()`,
  published: `SELECT format('%s %s.%s', pubname, schemaname, tablename) FROM pg_publication_tables`,
  sessions: `SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crossfade%'`,
  locks: `SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
};

export async function traces({rows}: StoryDatabase): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const [name, query] of Object.entries(TRACES)) found[name] = (await rows(query)).map(([text]) => text ?? '').sort();
  return found;
}
