#!/usr/bin/env bash
# Compares the checked-out tree with a base revision: builds both, records them in turn, tells the verdicts.
# usage: gate-against.sh REVISION      reports: reports/gate.md, reports/gate.xml
set -euo pipefail
cd "$(dirname "$0")/.."

revision=${1:?name the base revision}
tree=$(mktemp -d)/base
trap 'git worktree remove --force "$tree"; rm -rf "$(dirname "$tree")"' EXIT
git worktree add --quiet --detach "$tree" "$revision"

mkdir -p reports
# Whatever fails from here on, no verdict of an earlier run may pass for this one's.
rm -f reports/gate.md reports/gate.xml reports/gate.json
make build
(cd "$tree" && make build)
# A base from before the gate does not take turns.
if [[ $("$tree/.build/release/berth" bench record --help 2>/dev/null) != *--turns* ]]; then
    printf 'The base %s cannot take turns; comparing with the committed baseline only.\n' "$revision" >&2
    make gate
    exit
fi
Scripts/compare-in-turn.sh "$tree/.build/release/berth" .build/release/berth reports Benchmarks/thresholds.yaml \
    --samples 3
