/**
 * Schema changes are not in the log, so an event trigger writes them there, in the transaction that makes them (H-28),
 * and notes them in a table for a runner that comes too late to read the stream. It needs a superuser; without one the
 * relation messages of the stream and the look at each start (`postgres-published-schema.ts`) still find every change
 * of a column, only later.
 */
import type {Table, TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {publicationName} from './postgres-names.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteName, quoteTable, quoteValue} from './postgres-sql.ts';

const functionName = (migration: MigrationRef): string => `crossfade.${quoteName(`ddl_${migration.short}`)}`;
const triggerName = (migration: MigrationRef, on: 'command' | 'drop'): string => quoteName(`crossfade_${migration.short}_ddl_${on}`);

/** Answers whether the server lets us watch. */
export const installDdlWatch = async (session: PgSession, migration: MigrationRef, tables: readonly Table[]): Promise<boolean> => {
  const row = await session.one(`SELECT rolsuper::text AS super FROM pg_roles WHERE rolname = current_user`);
  if (row['super'] !== 'true') return false;
  const names = tables.flatMap((table) => [table.name, ...table.partitions]);
  const oids = await session.query(`SELECT name::regclass::oid::text AS oid FROM unnest($1::text[]) AS wanted(name)`, [
    names.map(quoteTable),
  ]);
  for (const statement of ddlWatch(
    migration,
    oids.rows.map((one) => one['oid'] ?? ''),
    names,
  ))
    await session.query(statement);
  return true;
};

/** `oids` of the tables and their partitions, `names` of the same. */
export const ddlWatch = (migration: MigrationRef, oids: readonly string[], names: readonly TableName[]): string[] => {
  const list = `ARRAY[${oids.join(', ')}]::oid[]`;
  const dropped = `ARRAY[${names.map((name) => quoteValue(JSON.stringify([name.schema, name.name]))).join(', ')}]::text[]`;
  const create = (on: 'command' | 'drop', event: string): string =>
    `CREATE EVENT TRIGGER ${triggerName(migration, on)} ON ${event} EXECUTE FUNCTION ${functionName(migration)}()`;
  return [
    watchFunction(migration, list, dropped, quoteValue(publicationName(migration))),
    ...dropTriggers(migration),
    create('command', 'ddl_command_end'),
    create('drop', 'sql_drop'),
  ];
};

/** Triggers first: a function that a trigger needs cannot go. Nothing is there for a role that could not install it. */
export const removeDdlWatch = async (session: PgSession, migration: MigrationRef): Promise<void> => {
  for (const statement of dropDdlWatch(migration)) await session.query(statement);
};

export const dropDdlWatch = (migration: MigrationRef): string[] => [
  ...dropTriggers(migration),
  `DROP FUNCTION IF EXISTS ${functionName(migration)}()`,
];

const dropTriggers = (migration: MigrationRef): string[] =>
  (['command', 'drop'] as const).map((on) => `DROP EVENT TRIGGER IF EXISTS ${triggerName(migration, on)}`);

/**
 * Our own sessions are known by their name; what they change is no surprise. New partitions count as changes of their
 * root. A new table may be of the scope, which is not known here: whoever reads of it looks.
 */
const watchFunction = (migration: MigrationRef, tables: string, dropped: string, publication: string): string => `
CREATE OR REPLACE FUNCTION ${functionName(migration)}() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $watch$
DECLARE
  change record;
BEGIN
  IF current_setting('application_name') LIKE ${quoteValue(`crossfade ${migration.short} %`)} THEN RETURN; END IF;
  IF TG_EVENT = 'sql_drop' THEN
    FOR change IN SELECT object_identity AS what FROM pg_event_trigger_dropped_objects()
      WHERE object_type IN ('table', 'table column') AND json_build_array(address_names[1], address_names[2])::text = ANY (
          SELECT json_build_array(name::json ->> 0, name::json ->> 1)::text FROM unnest(${dropped}) AS names(name))
        OR TG_TAG LIKE '%PUBLICATION' AND ${publication} IN (address_names[1], address_args[1])
        OR object_type = 'index' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = ANY (${tables}) AND c.relreplident = 'i'
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)) LOOP
      PERFORM pg_logical_emit_message(true, 'crossfade', ${quoteValue(`${migration.short} ddl `)} || TG_TAG || ' dropped ' || change.what);
      INSERT INTO crossfade.ddl (migration, role, what) VALUES (${quoteValue(migration.short)}, session_user, TG_TAG || ' dropped ' || change.what);
    END LOOP;
  ELSE
    FOR change IN SELECT command_tag || ' ' || object_identity AS what FROM pg_event_trigger_ddl_commands()
      WHERE classid = 'pg_class'::regclass AND (objid = ANY (${tables}) OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = objid AND inhparent = ANY (${tables})))
        OR command_tag IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') AND schema_name !~ '^(pg_|crossfade)'
        OR classid = 'pg_publication'::regclass AND objid = (SELECT oid FROM pg_publication WHERE pubname = ${publication})
        OR classid = 'pg_publication_rel'::regclass AND EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.oid = objid AND p.pubname = ${publication}) LOOP
      PERFORM pg_logical_emit_message(true, 'crossfade', ${quoteValue(`${migration.short} ddl `)} || change.what);
      INSERT INTO crossfade.ddl (migration, role, what) VALUES (${quoteValue(migration.short)}, session_user, change.what);
    END LOOP;
  END IF;
END $watch$`;
