#!/usr/bin/env bash
# What takes hours: random stories of fleets, plain and under the address sanitizer, a soak, and the whole breaker. Ends with 1
# when any of them finds something; the others run all the same.
#   Scripts/nightly.sh [PART ...]    parts: stories soak address breaker, all without a name; thread (see sanitize.sh)
set -uo pipefail
cd "$(dirname "$0")/.."
parts=("$@")
[ "${#parts[@]}" -gt 0 ] || parts=(stories soak address breaker)
failed=()
for part in "${parts[@]}"; do
    printf '\n== %s (%ss)\n' "$part" "$SECONDS"
    case "$part" in
    stories) Scripts/fleet-stories.sh ;;
    soak) Scripts/soak.sh ;;
    address | thread) Scripts/sanitize.sh "$part" whole ;;
    breaker)
        swift build -c release --product berth && swift build -c release --product breaker && python3 Scripts/break.py
        ;;
    *) printf 'no part is named %s\n' "$part" >&2; exit 2 ;;
    esac || failed+=("$part")
done
[ "${#failed[@]}" -eq 0 ] || { printf 'found something: %s\n' "${failed[*]}"; exit 1; }
