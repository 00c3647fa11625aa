/**
 * Schema changes are not in the log, so an event trigger writes them there, in the transaction that makes them (H-28).
 * It needs a superuser; without one the relation messages of the stream and the fingerprint at each start still find
 * every change of a column, only later.
 */
import type {Table} from '../../model/table.ts';
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
  const list = `ARRAY[${oids.rows.map((one) => one['oid']).join(', ')}]::oid[]`;
  const dropped = `ARRAY[${names.map((name) => quoteValue(JSON.stringify([name.schema, name.name]))).join(', ')}]::text[]`;
  await session.query(watchFunction(migration, list, dropped));
  await removeTriggers(session, migration);
  await session.query(
    `CREATE EVENT TRIGGER ${triggerName(migration, 'command')} ON ddl_command_end EXECUTE FUNCTION ${functionName(migration)}()`,
  );
  await session.query(`CREATE EVENT TRIGGER ${triggerName(migration, 'drop')} ON sql_drop EXECUTE FUNCTION ${functionName(migration)}()`);
  return true;
};

/** Triggers first: a function that a trigger needs cannot go. Nothing is there for a role that could not install it. */
export const removeDdlWatch = async (session: PgSession, migration: MigrationRef): Promise<void> => {
  await removeTriggers(session, migration);
  await session.query(`DROP FUNCTION IF EXISTS ${functionName(migration)}()`);
};

const removeTriggers = async (session: PgSession, migration: MigrationRef): Promise<void> => {
  for (const on of ['command', 'drop'] as const) await session.query(`DROP EVENT TRIGGER IF EXISTS ${triggerName(migration, on)}`);
};

/** Our own sessions are known by their name; what they change is no surprise. New partitions count as changes of their root. */
const watchFunction = (migration: MigrationRef, tables: string, dropped: string): string => `
CREATE OR REPLACE FUNCTION ${functionName(migration)}() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $watch$
DECLARE
  change record;
BEGIN
  IF current_setting('application_name') LIKE ${quoteValue(`crossfade ${migration.short} %`)} THEN RETURN; END IF;
  IF TG_EVENT = 'sql_drop' THEN
    FOR change IN SELECT object_identity AS what FROM pg_event_trigger_dropped_objects()
      WHERE object_type IN ('table', 'table column') AND json_build_array(address_names[1], address_names[2])::text = ANY (
        SELECT json_build_array(name::json ->> 0, name::json ->> 1)::text FROM unnest(${dropped}) AS names(name)) LOOP
      PERFORM pg_logical_emit_message(true, 'crossfade', ${quoteValue(`${migration.short} ddl `)} || TG_TAG || ' dropped ' || change.what);
    END LOOP;
  ELSE
    FOR change IN SELECT command_tag || ' ' || object_identity AS what FROM pg_event_trigger_ddl_commands()
      WHERE classid = 'pg_class'::regclass AND (objid = ANY (${tables}) OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = objid AND inhparent = ANY (${tables}))) LOOP
      PERFORM pg_logical_emit_message(true, 'crossfade', ${quoteValue(`${migration.short} ddl `)} || change.what);
    END LOOP;
  END IF;
END $watch$`;

/** A digest of columns, types, keys, identity and partitions of every published table. */
export const publishedSchema = async (session: PgSession, migration: MigrationRef): Promise<string> => {
  const row = await session.one(
    `WITH published AS (SELECT r.prrelid AS oid FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = $1)
     SELECT md5(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '')) AS digest FROM (
       SELECT format('%s %s %s %s %s %s', c.oid, c.relname, c.relreplident, c.relpersistence, a.attname, format_type(a.atttypid, a.atttypmod)) AS line
       FROM published JOIN pg_class c USING (oid) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       UNION ALL SELECT format('key %s %s', i.indrelid, i.indkey) FROM published JOIN pg_index i ON i.indrelid = published.oid WHERE i.indisprimary OR i.indisreplident
       UNION ALL SELECT format('child %s %s', h.inhparent, h.inhrelid) FROM published JOIN pg_inherits h ON h.inhparent = published.oid) AS lines`,
    [publicationName(migration)],
  );
  return row['digest'] ?? '';
};
