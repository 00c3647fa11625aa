# What the hooks in this folder share; each reads it from beside itself. Not a program of its own.
set -eu

# CROSSFADE_DRY_RUN: nothing is changed, so nothing is restored.
: "${CROSSFADE_TABLES:?}"
if [ "${CROSSFADE_DRY_RUN:-false}" = true ]; then exit 0; fi

# Names go into SQL as they are: nothing but letters, digits, underscores and one dot.
if printf '%s\n' "$CROSSFADE_TABLES" | grep -qvE '^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$'; then
  echo "a table's name needs quotes; write them into this script" >&2
  exit 2
fi

# without_password ADDRESS...: what is in the words of a command stands in the list of processes.
without_password() {
  for address in "$@"; do
    case $address in
      *://*:*@* | *password=*)
        echo "an address has its password in it; put that into a file that PGPASSFILE names, or into a service file" >&2
        exit 2 ;;
    esac
  done
}

# Processes that must not go on when this one is over.
busy=''
work=$(mktemp -d)
trap 'kill $busy 2> /dev/null || true; rm -rf "$work"' EXIT

ask_postgres() { psql --no-psqlrc --quiet --tuples-only --no-align --field-separator='|' --set ON_ERROR_STOP=1 --set VERBOSITY=terse "$@"; }

# SQL for PostgreSQL. One line for each table: name, rows, and a checksum that does not depend on their order. JSON texts are
# the same on every version; row texts with floats are only where extra_float_digits is.
measure_postgres() {
  printf '%s\n' "$CROSSFADE_TABLES" | while read -r table; do
    printf "SELECT '%s', count(*), coalesce(sum(('x' || left(md5(to_jsonb(t)::text), 15))::bit(60)::bigint), 0) FROM %s AS t;\n" "$table" "$table"
  done
}

# print_result BACKUP TAKEN_AT SEPARATOR: the document that the gate reads, of $work/original and $work/restored.
print_result() {
  printf '{"backup": "%s", "takenAt": "%s", "tables": [' "$1" "$2"
  comma=''
  while IFS="$3" read -r table rows checksum; do
    printf '%s{"table": "%s", "original": {"rows": "%s", "checksum": "%s"}, ' "$comma" "$table" "$rows" "$checksum"
    grep "^$table$3" "$work/restored" | {
      IFS="$3" read -r _ rows checksum
      printf '"restored": {"rows": "%s", "checksum": "%s"}}' "$rows" "$checksum"
    }
    comma=', '
  done < "$work/original"
  printf ']}\n'
}
