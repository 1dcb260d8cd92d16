#!/usr/bin/env bash
# Records two builds in turn (A B B A ...), one process a session, so that slow moments of the machine hit both.
# usage: record-in-turn.sh BASE_BINARY NEW_BINARY BASE_RECORD NEW_RECORD SESSIONS [options of berth bench record]
set -euo pipefail

if [ "$#" -lt 5 ]; then
    printf 'usage: %s BASE_BINARY NEW_BINARY BASE_RECORD NEW_RECORD SESSIONS [options of berth bench record]\n' "$0" >&2
    exit 2
fi
base=$1 new=$2 base_record=$3 new_record=$4 sessions=$5
shift 5

rm -f "$base_record" "$new_record"
for session in $(seq "$sessions"); do
    if [ $((session % 2)) -eq 1 ]; then
        "$base" bench record --append --output "$base_record" "$@" >/dev/null
        "$new" bench record --append --output "$new_record" "$@" >/dev/null
    else
        "$new" bench record --append --output "$new_record" "$@" >/dev/null
        "$base" bench record --append --output "$base_record" "$@" >/dev/null
    fi
done
