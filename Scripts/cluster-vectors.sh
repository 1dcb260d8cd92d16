#!/usr/bin/env bash
# Plays every decision measured on kube-scheduler (../shared/vectors-kube) and prints how many cases of each file come out
# alike; fails when one does not.
#
#   Scripts/cluster-vectors.sh
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d ../shared/vectors-kube ] || { echo "../shared/vectors-kube is not there" >&2; exit 2; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
swift test --filter 'SchedulerSessionTests.ClusterVectors' > "$log" 2>&1 || status=$?
grep -E '^[a-z-]+: [0-9]+ cases$' "$log" | sort || true
if [ "$status" -ne 0 ]; then grep -E '✘|error:' "$log" >&2 || cat "$log" >&2; fi
awk '/^[a-z-]+: [0-9]+ cases$/ { sum += $2 } END { printf "all: %d cases\n", sum }' "$log"
exit "$status"
