/**
 * Crossfade's own tables on each side, schema `crossfade`. Several migrations share them; `migration` is the short id.
 * Names and columns are a contract with the router (`route`), with `adopt` (`journal`) and with the canary (`canary`), so
 * they only ever grow. Tables of an earlier version get what they lack, which stays empty for what that one has written.
 * Positions of the other side are texts: only its engine knows what they say.
 */
export const CONTROL_SCHEMA = `
CREATE SCHEMA IF NOT EXISTS crossfade;
CREATE TABLE IF NOT EXISTS crossfade.lease (
  migration text PRIMARY KEY, migration_id text NOT NULL, name text NOT NULL, epoch bigint NOT NULL, holder text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(), role name NOT NULL DEFAULT session_user, secret text NOT NULL DEFAULT gen_random_uuid()::text,
  finished boolean NOT NULL DEFAULT false);
CREATE TABLE IF NOT EXISTS crossfade.tag (migration text, lane text, n bigint NOT NULL, PRIMARY KEY (migration, lane));
CREATE TABLE IF NOT EXISTS crossfade.progress (
  migration text, lane text, epoch bigint NOT NULL, pos text NOT NULL, commit_seq bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (migration, lane));
CREATE TABLE IF NOT EXISTS crossfade.chunk (
  migration text, id int, table_schema text NOT NULL, table_name text NOT NULL, after_key text[], to_key text[],
  state text NOT NULL DEFAULT 'open', epoch bigint NOT NULL, end_pos text, rows bigint, PRIMARY KEY (migration, id));
CREATE TABLE IF NOT EXISTS crossfade.reread (migration text, table_schema text, table_name text, key text[], PRIMARY KEY (migration, table_schema, table_name, key));
CREATE TABLE IF NOT EXISTS crossfade.parked (
  migration text, table_schema text, table_name text, key text[], reason text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration, table_schema, table_name, key));
CREATE TABLE IF NOT EXISTS crossfade.replay_window (migration text, table_schema text, table_name text, end_pos text NOT NULL, PRIMARY KEY (migration, table_schema, table_name));
CREATE TABLE IF NOT EXISTS crossfade.stream (
  migration text, lane text, slot name NOT NULL, created_at pg_lsn NOT NULL, system_id text NOT NULL, history text NOT NULL, fingerprint text NOT NULL,
  PRIMARY KEY (migration, lane));
CREATE TABLE IF NOT EXISTS crossfade.schema_statement (migration text, file text, place int, digest text NOT NULL, PRIMARY KEY (migration, file, place));
CREATE TABLE IF NOT EXISTS crossfade.schema_object (migration text, n bigint GENERATED ALWAYS AS IDENTITY, class oid, object oid, PRIMARY KEY (migration, class, object));
CREATE TABLE IF NOT EXISTS crossfade.schema_text (migration text, name text, body text NOT NULL, PRIMARY KEY (migration, name));
CREATE TABLE IF NOT EXISTS crossfade.fence (migration text, epoch bigint, state text NOT NULL, deadline timestamptz, PRIMARY KEY (migration, epoch));
CREATE TABLE IF NOT EXISTS crossfade.route (
  migration text PRIMARY KEY, name text NOT NULL, epoch bigint NOT NULL, version bigint NOT NULL, side text NOT NULL, state text NOT NULL,
  hold_until timestamptz, read_percent int NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS crossfade.read_report (
  migration text, router uuid, version bigint, tally jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (migration, router, version));
CREATE TABLE IF NOT EXISTS crossfade.canary (
  migration text NOT NULL, attempt bigint NOT NULL, token uuid PRIMARY KEY, client int NOT NULL, seq bigint NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS crossfade.ddl (
  migration text NOT NULL, n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), role name NOT NULL, what text NOT NULL);
CREATE TABLE IF NOT EXISTS crossfade.journal (
  migration text, seq bigint, hash text NOT NULL, body text NOT NULL, history text, PRIMARY KEY (migration, seq));
ALTER TABLE crossfade.journal ADD COLUMN IF NOT EXISTS history text;
ALTER TABLE crossfade.route ADD COLUMN IF NOT EXISTS shadow_percent int;
ALTER TABLE crossfade.stream ADD COLUMN IF NOT EXISTS history text NOT NULL DEFAULT '';
ALTER TABLE crossfade.progress ALTER COLUMN pos TYPE text;
ALTER TABLE crossfade.chunk ALTER COLUMN end_pos TYPE text;
ALTER TABLE crossfade.replay_window ALTER COLUMN end_pos TYPE text;
GRANT USAGE ON SCHEMA crossfade TO PUBLIC;
GRANT SELECT ON crossfade.route TO PUBLIC;
`;

/**
 * The fence of hazards §3.3, one trigger per epoch and table. Fail-closed: a caller whose snapshot shows no row, or
 * shows `fenced` before the deadline, `closed` or `committed`, is refused. A row that is fenced past its deadline is
 * read again FOR SHARE, which serialises the caller with the commit decision; `released` is final for its epoch and
 * needs no lock. Called before a statement, or after each row that is moved where others stay; either way the answer is
 * NULL, which then has no meaning. Our own writers prove themselves by role and by a secret that only the owner of the lease can read.
 */
export const FENCE_FUNCTION = `
CREATE OR REPLACE FUNCTION crossfade.fence_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $fence$
DECLARE
  fence crossfade.fence;
BEGIN
  IF coalesce(current_setting('crossfade.writer', true), '') <> '' THEN
    PERFORM FROM crossfade.lease l
      WHERE l.migration = TG_ARGV[0] AND l.secret = current_setting('crossfade.writer', true) AND l.role = session_user;
    IF FOUND THEN RETURN NULL; END IF;
  END IF;
  SELECT * INTO fence FROM crossfade.fence f WHERE f.migration = TG_ARGV[0] AND f.epoch = TG_ARGV[1]::bigint;
  IF FOUND THEN
    IF fence.state = 'released' THEN RETURN NULL; END IF;
    IF fence.state = 'fenced' AND fence.deadline < clock_timestamp() THEN
      SELECT * INTO fence FROM crossfade.fence f WHERE f.migration = TG_ARGV[0] AND f.epoch = TG_ARGV[1]::bigint FOR SHARE;
      IF fence.state = 'released' OR (fence.state = 'fenced' AND fence.deadline < clock_timestamp()) THEN RETURN NULL; END IF;
    END IF;
  END IF;
  RAISE EXCEPTION 'crossfade: writes to % are closed on this side', concat(CASE TG_LEVEL WHEN 'ROW' THEN 'these rows of ' END, TG_TABLE_SCHEMA, '.', TG_TABLE_NAME)
    USING ERRCODE = '25006', HINT = 'Another server takes the writes of this application now, or will in a moment.';
END $fence$;
REVOKE ALL ON FUNCTION crossfade.fence_guard() FROM PUBLIC;
`;

/**
 * How a router says what became of its reads. Only the plan's application roles may call it: who can report could hold up
 * a run, or wave it through.
 */
export const REPORT_FUNCTION = `
CREATE OR REPLACE FUNCTION crossfade.report_reads(migration text, router uuid, version bigint, tally jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $report$
  INSERT INTO crossfade.read_report AS r (migration, router, version, tally) SELECT o.migration, $2, $3, $4 FROM crossfade.route o WHERE o.migration = $1
  ON CONFLICT (migration, router, version) DO UPDATE SET tally = excluded.tally, at = now();
$report$;
REVOKE ALL ON FUNCTION crossfade.report_reads(text, uuid, bigint, jsonb) FROM PUBLIC;
`;

/** All that has rows of a migration. */
export const CONTROL_TABLES = [...CONTROL_SCHEMA.matchAll(/TABLE IF NOT EXISTS crossfade\.(\w+)/g)].flatMap(([, name]) => name ?? []);
