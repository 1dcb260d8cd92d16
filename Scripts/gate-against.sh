#!/usr/bin/env bash
# Compares the checked-out tree with a base revision: builds both, records them in turn, tells the verdicts.
# usage: gate-against.sh REVISION [sessions]      reports: reports/gate.md, reports/gate.xml
set -euo pipefail
cd "$(dirname "$0")/.."

revision=${1:?name the base revision}
sessions=${2:-8}
tree=$(mktemp -d)/base
trap 'git worktree remove --force "$tree"; rm -rf "$(dirname "$tree")"' EXIT
git worktree add --quiet --detach "$tree" "$revision"

make build
(cd "$tree" && make build)
mkdir -p reports
# A base from before the gate has nothing to record.
if ! "$tree/.build/release/berth" bench record --help >/dev/null 2>&1; then
    printf 'The base %s has no records; comparing with the committed baseline only.\n' "$revision" >&2
    exec make gate
fi
Scripts/record-in-turn.sh "$tree/.build/release/berth" .build/release/berth reports/base.json reports/new.json \
    "$sessions" --samples 5
.build/release/berth compare reports/base.json reports/new.json --thresholds Benchmarks/thresholds.yaml \
    --markdown reports/gate.md --junit reports/gate.xml
