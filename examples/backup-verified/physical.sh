# What pgbackrest.sh and wal-g.sh share: a physical backup and the archived log, restored to a moment that was measured on the
# source. Not a program of its own. It is read by a script that has read tables.sh and has made two functions:
#
# newest_backup         prints `name|RFC 3339 of its end`
# restore FOLDER POINT  the newest backup into that empty folder, so that a server there recovers to the restore point and opens;
#                       tablespaces go into $tablespaces
#
# BACKUP_URL      the database on the source, PostgreSQL 13 or later; a role that may lock the tables (UPDATE), and may execute
#                 pg_create_restore_point and pg_switch_wal; its password is in a file that PGPASSFILE names
# SCRATCH_FOLDER  where there is room for all of the source; what is restored there is taken away in the end
# PG_BIN          the server's programs, of the source's version, such as /usr/lib/postgresql/17/bin; they do not run as root
: "${BACKUP_URL:?}" "${SCRATCH_FOLDER:?}" "${PG_BIN:?}"
without_password "$BACKUP_URL"

# A call that ran into the gate's limit was ended with all of its group, the server among it, and could take nothing away.
for left in "$SCRATCH_FOLDER"/crossfade-restored-*; do
  if [ -d "$left/data" ] && ! "$PG_BIN/pg_ctl" --pgdata="$left/data" status > /dev/null 2>&1; then rm -rf "$left"; fi
done

room=$(mktemp -d "$SCRATCH_FOLDER/crossfade-restored-XXXXXX")
scratch=$room/data
tablespaces=$room/tablespaces
server=''
trap 'if [ -n "$server" ]; then kill -QUIT "$server" 2> /dev/null || true; wait "$server" || true; fi; rm -rf "$work" "$room"' EXIT
mkdir -m 700 "$scratch" "$tablespaces"

newest_backup > "$work/backup"
IFS='|' read -r backup taken_at < "$work/backup" || { echo "there is no backup" >&2; exit 1; }

# The restore point and the measure are of one moment: writers of these tables wait for it, and no longer, as going back to the
# savepoint gives the locks away and keeps the snapshot.
point="crossfade-$(date -u +%Y%m%dT%H%M%SZ)"
{
  echo "BEGIN ISOLATION LEVEL REPEATABLE READ;"
  echo "SET LOCAL TimeZone = 'UTC'; SET LOCAL lock_timeout = '2s';"
  echo "SAVEPOINT held;"
  echo "SET LOCAL statement_timeout = '2s';"
  echo "LOCK TABLE $(printf '%s\n' "$CROSSFADE_TABLES" | paste -s -d ,) IN SHARE MODE;"
  echo "SELECT pg_walfile_name(pg_create_restore_point('$point')) AS segment \\gset"
  echo "ROLLBACK TO SAVEPOINT held;"
  echo "\\o $work/original"
  measure_postgres
  echo "COMMIT;"
  echo "\\o $work/source"
  echo "SELECT :'segment', current_database(), current_user, current_setting('max_prepared_transactions') FROM pg_switch_wal();"
} | ask_postgres "$BACKUP_URL"
IFS='|' read -r segment database role prepared < "$work/source"

seconds=0
until [ "$(ask_postgres --command="SELECT last_archived_wal >= '$segment' FROM pg_stat_archiver" "$BACKUP_URL")" = t ]; do
  seconds=$((seconds + 1))
  if [ "$seconds" -gt 300 ]; then echo "$segment was not archived within five minutes" >&2; exit 1; fi
  sleep 1
done

# The server there has settings and rules of its own, whatever the source's are: nobody comes in but by this script's socket, and
# nobody before it has recovered.
restore "$scratch" "$point" > /dev/null
: > "$work/postgresql.conf"
echo 'local all all trust' > "$work/pg_hba.conf"
settings="-c config_file=$work/postgresql.conf -c hba_file=$work/pg_hba.conf -c unix_socket_directories=$work -c port=5432"
settings="$settings -c listen_addresses= -c hot_standby=off -c archive_mode=off -c max_prepared_transactions=$prepared"
settings="$settings -c shared_preload_libraries= -c logging_collector=off -c ssl=off -c fsync=off"
# In the group of this script, which pg_ctl would take it out of.
# shellcheck disable=SC2086
"$PG_BIN/postgres" -D "$scratch" $settings > "$work/log" 2>&1 < /dev/null &
server=$!
ask_restored() { ask_postgres --host="$work" --port=5432 --username="$role" --dbname="$database" "$@"; }
until ask_restored --command='SELECT' > /dev/null 2>&1; do
  sleep 1
  kill -0 "$server" 2> /dev/null || { grep -E 'FATAL|PANIC' "$work/log" | tail -n 1 >&2; exit 1; }
done
{ echo "SET TimeZone = 'UTC';"; measure_postgres; } | ask_restored > "$work/restored"

print_result "$backup" "$taken_at" '|'
