#!/bin/sh
# A hook for `gates: {cutover: [{backup-verified: {run: /path/to/pg-dump.sh, tables: [shop.orders]}}]}`, worked out for
# pg_dump: it takes a backup, restores it into a scratch database and prints what both hold, table by table.
#
# BACKUP_URL   the database to back up; a role that may read the tables
# SCRATCH_URL  an empty database on a server that nobody uses, of the same version or a newer one; what is in it is dropped
# BACKUP_FILE  where the backup is kept
# PGPASSFILE   a file with the passwords, which the addresses are without
. "$(dirname "$0")/tables.sh"
: "${BACKUP_URL:?}" "${SCRATCH_URL:?}" "${BACKUP_FILE:?}"
without_password "$BACKUP_URL" "$SCRATCH_URL"

# The backup and the measure of the original see the same snapshot, so writes that go on meanwhile are in neither.
taken_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
export work
{
  echo "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
  echo "SET LOCAL TimeZone = 'UTC';"
  echo "SELECT pg_export_snapshot() AS snapshot \\gset"
  echo "\\setenv SNAPSHOT :snapshot"
  echo '\! pg_dump --format=custom --no-owner --no-privileges --snapshot="$SNAPSHOT" --file="$BACKUP_FILE.new" "$BACKUP_URL" && touch "$work/dumped"'
  echo "\\o $work/original"
  measure_postgres
  echo "COMMIT;"
} | ask_postgres "$BACKUP_URL"
test -e "$work/dumped"
mv "$BACKUP_FILE.new" "$BACKUP_FILE"

# What was made by the last time is taken away first.
ask_postgres "$SCRATCH_URL" <<'SQL'
SET client_min_messages = warning;
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') \gexec
DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;
SQL
pg_restore --no-owner --no-privileges --exit-on-error --clean --if-exists --dbname="$SCRATCH_URL" "$BACKUP_FILE" > /dev/null
{ echo "SET TimeZone = 'UTC';"; measure_postgres; } | ask_postgres "$SCRATCH_URL" > "$work/restored"

print_result "$(basename "$BACKUP_FILE")" "$taken_at" '|'
