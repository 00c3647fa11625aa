#!/bin/sh
# A hook for `gates: {cutover: [{backup-verified: {run: /path/to/wal-g.sh, tables: [shop.orders]}}]}`, worked out for WAL-G:
# the newest backup and the archive are restored beside the source and compared. The variables of physical.sh, and those of
# WAL-G itself. Not run by Crossfade's own tests, which run all of physical.sh with pgBackRest: try it before you rely on it.
. "$(dirname "$0")/tables.sh"
export work

# psql reads the JSON, so nothing else has to be installed.
newest_backup() {
  wal-g backup-list --detail --json > "$work/list"
  ask_postgres "$BACKUP_URL" <<'SQL'
\set list `cat "$work/list"`
SELECT one ->> 'backup_name', to_char((one ->> 'finish_time')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM json_array_elements(:'list'::json) AS one ORDER BY (one ->> 'finish_time')::timestamptz DESC LIMIT 1;
SQL
}

# Tablespaces would be restored to where the source has them: a source with some needs `--restore-spec` here.
restore() {
  if [ "$(ask_postgres --command="SELECT count(*) FROM pg_tablespace" "$BACKUP_URL")" -ne 2 ]; then
    echo "the source has tablespaces; write a --restore-spec into this script" >&2
    exit 1
  fi
  wal-g backup-fetch "$1" "$backup"
  cat >> "$1/postgresql.auto.conf" <<SQL
restore_command = 'wal-g wal-fetch "%f" "%p"'
recovery_target_name = '$2'
recovery_target_action = 'promote'
SQL
  touch "$1/recovery.signal"
}

. "$(dirname "$0")/physical.sh"
