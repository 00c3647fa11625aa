#!/bin/sh
# A hook for `gates: {cutover: [{backup-verified: {run: /path/to/mysqldump.sh, tables: [shop.orders]}}]}`, worked out for
# mysqldump and mariadb-dump: it takes a backup of one database, loads it on a scratch server and prints what both hold.
#
# BACKUP_LOGIN      an option file with [client]: host, port, user, password of the server to back up. The account needs SELECT,
#                   SHOW VIEW, TRIGGER and RELOAD; writers wait for a moment, until the dump has taken its snapshot
# SCRATCH_LOGIN     the same for a server that nobody uses, of the same version or a newer one
# SCRATCH_DATABASE  is dropped there, and made anew
# BACKUP_FILE       where the backup is kept
# MYSQL, MYSQLDUMP  other programs than mysql and mysqldump, such as mariadb and mariadb-dump
. "$(dirname "$0")/tables.sh"
: "${BACKUP_LOGIN:?}" "${SCRATCH_LOGIN:?}" "${SCRATCH_DATABASE:?}" "${BACKUP_FILE:?}"

database=$(printf '%s\n' "$CROSSFADE_TABLES" | cut -d . -f 1 | sort -u)
if [ "$(printf '%s\n' "$database" | wc -l)" -ne 1 ] || [ "$database" = "$SCRATCH_DATABASE" ]; then
  echo "this script takes the tables of one database, and a scratch database of another name" >&2
  exit 2
fi

# Words of their own, so that a program may be called with a loader or a flag before it. The login comes first, as they want it.
ask_mysql() { login=$1; shift; ${MYSQL:-mysql} --defaults-extra-file="$login" --batch --skip-column-names --unbuffered "$@"; }

# SQL for MySQL and MariaDB. One line for each table of CROSSFADE_TABLES as it is in database $1: name, rows, and a checksum that does
# not depend on their order. Each value is hashed by itself, so that no row is too long for one text.
measure_mysql() {
  echo "SET SESSION group_concat_max_len = 1000000, time_zone = '+00:00';"
  printf '%s\n' "$CROSSFADE_TABLES" | while IFS=. read -r _ table; do
    cat << SQL
SELECT CONCAT('SELECT ''$database.$table'', COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(SHA2(CONCAT_WS(''#'', ', COALESCE(GROUP_CONCAT(CONCAT('COALESCE(SHA2(\`',
  REPLACE(column_name, '\`', '\`\`'), '\`, 256), ''-'')') ORDER BY ordinal_position), '0'), '), 256), 15), 16, 10) AS UNSIGNED)), 0) FROM \`$1\`.\`$table\`')
  INTO @measure FROM information_schema.columns WHERE table_schema = '$1' AND table_name = '$table';
PREPARE measure FROM @measure; EXECUTE measure;
SQL
  done
}

# until_said FILE WORDS PROCESS: waits for the words, or ends with that process.
until_said() {
  until grep -q "$2" "$1"; do
    if ! kill -0 "$3" 2> /dev/null; then wait "$3" || return 1; grep -q "$2" "$1" || return 1; fi
    sleep 0.1
  done
}

# The dump takes its snapshot while nothing can be written, and so does the session that measures: they are of one moment.
taken_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
mkfifo "$work/statements"
: > "$work/said"
: > "$work/dumping"
ask_mysql "$BACKUP_LOGIN" < "$work/statements" > "$work/said" &
session=$!
busy=$session
exec 3> "$work/statements"
echo "SET SESSION lock_wait_timeout = 10; FLUSH TABLES WITH READ LOCK; START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT 'held';" >&3
until_said "$work/said" held "$session"
${MYSQLDUMP:-mysqldump} --defaults-extra-file="$BACKUP_LOGIN" --single-transaction --no-tablespaces --routines --hex-blob --verbose \
  $(${MYSQLDUMP:-mysqldump} --help | grep -q -e --set-gtid-purged && echo --set-gtid-purged=OFF) \
  "$database" > "$BACKUP_FILE.new" 2> "$work/dumping" 3>&- &
dump=$!
busy="$session $dump"
until_said "$work/dumping" 'Retrieving table structure' "$dump" || { tail -n 1 "$work/dumping" >&2; exit 1; }
{ echo "UNLOCK TABLES;"; measure_mysql "$database"; echo "COMMIT;"; } >&3
exec 3>&-
wait "$session"
wait "$dump" || { tail -n 1 "$work/dumping" >&2; exit 1; }
busy=''
mv "$BACKUP_FILE.new" "$BACKUP_FILE"
grep -v '^held$' "$work/said" > "$work/original"

# What was made by the last time is taken away first.
echo "DROP DATABASE IF EXISTS \`$SCRATCH_DATABASE\`; CREATE DATABASE \`$SCRATCH_DATABASE\`;" | ask_mysql "$SCRATCH_LOGIN"
ask_mysql "$SCRATCH_LOGIN" "$SCRATCH_DATABASE" < "$BACKUP_FILE"
measure_mysql "$SCRATCH_DATABASE" | ask_mysql "$SCRATCH_LOGIN" > "$work/restored"

print_result "$(basename "$BACKUP_FILE")" "$taken_at" '	'
