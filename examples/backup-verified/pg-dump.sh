#!/bin/sh
# A hook for `gates: {cutover: [{backup-verified: {run: /path/to/pg-dump.sh, tables: [shop.orders]}}]}`, worked out for
# pg_dump: it takes a backup, restores it into a scratch database and prints what both hold, table by table.
#
# BACKUP_URL   the database to back up; a role that may read the tables
# SCRATCH_URL  an empty database on a server that nobody uses, of the same version or a newer one; what is in it is dropped
# BACKUP_FILE  where the backup is kept
set -eu
: "${BACKUP_URL:?}" "${SCRATCH_URL:?}" "${BACKUP_FILE:?}" "${CROSSFADE_TABLES:?}"
if [ "${CROSSFADE_DRY_RUN:-false}" = true ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names go into SQL as they are: nothing but letters, digits, underscores and one dot.
if printf '%s\n' "$CROSSFADE_TABLES" | grep -qvE '^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$'; then
  echo "a table's name needs quotes; write them into this script" >&2
  exit 2
fi

# One line for each table: name, rows, and a checksum that does not depend on their order. JSON texts are the same on every
# version; row texts with floats are only where extra_float_digits is.
measure() {
  printf '%s\n' "$CROSSFADE_TABLES" | while read -r table; do
    printf "SELECT '%s', count(*), coalesce(sum(('x' || left(md5(to_jsonb(t)::text), 15))::bit(60)::bigint), 0) FROM %s AS t;\n" "$table" "$table"
  done
}

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
  measure
  echo "COMMIT;"
} | psql --no-psqlrc --quiet --tuples-only --no-align --field-separator='|' --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$BACKUP_URL"
test -e "$work/dumped"
mv "$BACKUP_FILE.new" "$BACKUP_FILE"

# What was made by the last time is taken away first.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$SCRATCH_URL" <<'SQL'
SET client_min_messages = warning;
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') \gexec
DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;
SQL
pg_restore --no-owner --no-privileges --exit-on-error --clean --if-exists --dbname="$SCRATCH_URL" "$BACKUP_FILE" > /dev/null
{ echo "SET TimeZone = 'UTC';"; measure; } | psql --no-psqlrc --quiet --tuples-only --no-align --field-separator='|' --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$SCRATCH_URL" > "$work/restored"

state() { printf '{"rows": "%s", "checksum": "%s"}' "$1" "$2"; }
printf '{"backup": "%s", "takenAt": "%s", "tables": [' "$(basename "$BACKUP_FILE")" "$taken_at"
separator=''
while IFS='|' read -r table rows checksum; do
  found=$(grep "^$table|" "$work/restored")
  restored_rows=$(printf '%s' "$found" | cut -d '|' -f 2)
  restored_checksum=$(printf '%s' "$found" | cut -d '|' -f 3)
  printf '%s{"table": "%s", "original": %s, "restored": %s}' "$separator" "$table" "$(state "$rows" "$checksum")" "$(state "$restored_rows" "$restored_checksum")"
  separator=', '
done < "$work/original"
printf ']}\n'
