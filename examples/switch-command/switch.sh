#!/bin/sh
# A traffic switch for `switch: [{command: {run: /path/to/switch.sh}}]`, worked out for a proxy that reads a file.
# Replace the three functions at the top with what your proxy, flag service or load balancer understands, and keep the
# rest: it refuses a stale attempt, can be repeated at will, and never answers from memory.
set -eu

# The "proxy": a folder with a file that names the side and a file that exists while new statements wait.
state="${SWITCH_STATE:?set SWITCH_STATE to the folder of the proxy}"
read_side() { cat "$state/side" 2>/dev/null || echo source; }
write_side() { echo "$1" > "$state/side.new" && mv "$state/side.new" "$state/side"; }
is_held() { test -e "$state/held"; }

# An attempt that was superseded must not move traffic any more.
refuse_stale() {
  last=$(cat "$state/epoch" 2>/dev/null || echo 0)
  if [ "$CROSSFADE_EPOCH" -lt "$last" ]; then
    echo "attempt $CROSSFADE_EPOCH of $CROSSFADE_MIGRATION is superseded by $last" >&2
    exit 3
  fi
  echo "$CROSSFADE_EPOCH" > "$state/epoch.new" && mv "$state/epoch.new" "$state/epoch"
}

case "$CROSSFADE_SWITCH_ACTION" in
  observe)
    if is_held; then held=true; else held=false; fi
    echo "{\"side\": \"$(read_side)\", \"held\": $held}"
    ;;
  hold)
    # CROSSFADE_UNTIL_MS says how long the hold may last; a proxy that can end a hold by itself should be told.
    refuse_stale
    : > "$state/held"
    ;;
  resume)
    refuse_stale
    rm -f "$state/held"
    ;;
  route)
    refuse_stale
    write_side "$CROSSFADE_SIDE"
    rm -f "$state/held"
    ;;
  *)
    echo "unknown action $CROSSFADE_SWITCH_ACTION" >&2
    exit 2
    ;;
esac
