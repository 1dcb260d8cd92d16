#!/usr/bin/env bash
# Random stories of fleets under a sanitizer; builds only what they need, beside the other builds.
#   Scripts/sanitize.sh address|thread [short|whole]    short: a minute beside the build, for every change; whole: at night
# The compiler of Swift 6.3.1 stops on VendorCatalog under the thread sanitizer ("Invalid bitcast", found by its own verifier), in
# debug and release builds, so that kind waits for a later one.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?address or thread}
case "$kind" in address | thread) ;; *) printf 'address or thread, not %s\n' "$kind" >&2; exit 2 ;; esac
stories=(20 2 0) events=30
if [ "${2:-short}" = whole ]; then stories=(1000 100 5) events=500; fi
swift build --sanitize "$kind" --scratch-path ".build/sanitize-$kind" --product fleet-stories 2>&1 | tail -n 1
# Swift's runtime keeps its own things until the end.
export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}
exec ".build/sanitize-$kind/debug/fleet-stories" "${stories[@]}" "${SEED:-$((RANDOM * 32768 + RANDOM + 1))}" "${JOBS:-2}" \
    "$events"
