#!/usr/bin/env bash
# Records two builds in turn and compares them. A session is a process of each, which take turns run by run (A B A B ..., the
# next session B A B A ...), so that slow moments of the machine hit both. While a group of the thresholds file is unsure, as
# many sessions again are recorded, up to LOOKS times.
# usage: compare-in-turn.sh BASE_BINARY NEW_BINARY FOLDER THRESHOLDS [options of berth bench record]
# environment: SESSIONS of each build between two looks (default 10), LOOKS (default 3), RUNNER: words before each recording
#              process, such as "chrt -f 50"
# leaves in FOLDER: base.json, new.json, gate.json, gate.md, gate.xml; ends with the exit code of berth compare
set -euo pipefail

if [ "$#" -lt 4 ]; then
    printf 'usage: %s BASE_BINARY NEW_BINARY FOLDER THRESHOLDS [options of berth bench record]\n' "$0" >&2
    exit 2
fi
base=$1 new=$2 folder=$3 thresholds=$4
shift 4
sessions=${SESSIONS:-10} looks=${LOOKS:-3}
read -ra runner <<<"${RUNNER:-}"

mkdir -p "$folder"
rm -f "$folder"/{base,new,gate}.json "$folder"/gate.{md,xml} "$folder"/to-{base,new}
mkfifo "$folder"/to-{base,new}
# Held open here, so that no turn is lost while nobody else has a pipe open.
exec 8<>"$folder/to-base" 9<>"$folder/to-new"
running=()
trap '[ "${#running[@]}" -eq 0 ] || kill "${running[@]}" 2>/dev/null; rm -f "$folder"/to-{base,new}' EXIT

# Processors differ by up to a half while a neighbour shares one's caches, so both processes of a session stay on the same one.
processors=() done=0
if command -v taskset >/dev/null; then
    for range in $(awk '/^Cpus_allowed_list/ { gsub(",", " ", $2); print $2 }' /proc/self/status); do
        processors+=($(seq "${range%-*}" "${range#*-}"))
    done
fi

# session FIRST OPTIONS: a process of each build, which take turns run by run; FIRST (base or new) begins.
session() {
    local process pinned=()
    if [ "${#processors[@]}" -gt 0 ]; then
        pinned=(taskset -c "${processors[$((done / 2 % ${#processors[@]}))]}")
        done=$((done + 1))
    fi
    "${runner[@]}" "${pinned[@]}" "$base" bench record --append --output "$folder/base.json" --turns "$folder"/to-{base,new} "${@:2}" >/dev/null &
    running=($!)
    "${runner[@]}" "${pinned[@]}" "$new" bench record --append --output "$folder/new.json" --turns "$folder"/to-{new,base} "${@:2}" >/dev/null &
    running+=($!)
    printf . >"$folder/to-$1"
    for process in "${running[@]}"; do wait "$process"; done
    running=()
    # The turn that the last one passed on.
    read -r -n 1 -u "$([ "$1" = base ] && echo 8 || echo 9)"
}

for look in $(seq "$looks"); do
    for turn in $(seq "$sessions"); do
        if [ $((turn % 2)) -eq 1 ]; then session base "$@"; else session new "$@"; fi
    done
    status=0
    "$new" compare "$folder/base.json" "$folder/new.json" --thresholds "$thresholds" --looks "$looks" --output json \
        --markdown "$folder/gate.md" --junit "$folder/gate.xml" >"$folder/gate.json" || status=$?
    [ "$status" -le 1 ] || exit "$status"
    grep -q '"isUndecided": true' "$folder/gate.json" || break
done
exit "$status"
