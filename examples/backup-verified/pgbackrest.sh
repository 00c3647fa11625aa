#!/bin/sh
# A hook for `gates: {cutover: [{backup-verified: {run: /path/to/pgbackrest.sh, tables: [shop.orders]}}]}`, worked out for
# pgBackRest: the newest backup and the archive are restored beside the source and compared. The variables of physical.sh, and
#
# PGBACKREST_STANZA  and whatever else pgBackRest wants of its environment, such as PGBACKREST_CONFIG
. "$(dirname "$0")/tables.sh"
: "${PGBACKREST_STANZA:?}"
export work

# psql reads the JSON, so nothing else has to be installed.
newest_backup() {
  pgbackrest --output=json info > "$work/info"
  ask_postgres "$BACKUP_URL" <<'SQL'
\set info `cat "$work/info"`
SELECT one ->> 'label', to_char(to_timestamp((one -> 'timestamp' ->> 'stop')::bigint) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM json_array_elements(:'info'::json -> 0 -> 'backup') AS one ORDER BY (one -> 'timestamp' ->> 'stop')::bigint DESC LIMIT 1;
SQL
}

restore() {
  pgbackrest --pg1-path="$1" --type=name --target="$2" --target-action=promote --tablespace-map-all="$tablespaces" restore
}

. "$(dirname "$0")/physical.sh"
