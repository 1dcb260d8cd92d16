#!/usr/bin/env bash
# Tells random stories of fleets through the release build: joins, changes, registers, health, pods, quotas, rounds taken back.
# The index is compared with the reference after every event (every tenth on large fleets), and a fresh fleet with the old one.
#   Scripts/fleet-stories.sh [SMALL [MIDDLE [LARGE]]]    stories on up to 50, 200 and 2,000 nodes; 9000 900 100 if not given
#   SEED=n repeats a run, JOBS=n tells so many at a time
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product fleet-stories 2>&1 | tail -n 1
exec .build/release/fleet-stories "${1:-9000}" "${2:-900}" "${3:-100}" "${SEED:-$((RANDOM * 32768 + RANDOM + 1))}" "${JOBS:-2}"
