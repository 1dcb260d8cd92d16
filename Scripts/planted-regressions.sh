#!/usr/bin/env bash
# Shows what the regression gate catches: plants regressions in a copy of the tree, one at a time, builds each, and
# compares it with the unchanged build; then compares the unchanged build with itself, again and again.
# usage: planted-regressions.sh [trials of the unchanged build, default 20] [sessions a comparison, default 8]
# A changed engine may move the lines that are edited here; an edit that no longer applies stops the script.
set -euo pipefail
cd "$(dirname "$0")/.."

trials=${1:-20}
sessions=${2:-8}
root=$PWD
work=${PLANTED_FOLDER:-$(mktemp -d)}
tree=$work/tree
timed=(--only 'place/shared-index/*/small' 'place/gpu-share/FGD' --samples 7)

cleanup() {
    [ -n "${PLANTED_FOLDER:-}" ] && return
    git -C "$root" worktree remove --force "$tree" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

fail() { printf 'planted-regressions: %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*" >&2; }

# build NAME: the tree as it stands, kept as $work/NAME.
build() {
    say "building $1"
    (cd "$tree" && swift build -c release --product berth >"$work/build-$1.log" 2>&1) ||
        { tail -n 20 "$work/build-$1.log" >&2; fail "$1 does not build"; }
    cp "$tree/.build/release/berth" "$work/berth-$1"
}

# after FILE LINE TEXT: puts TEXT behind the first line that equals LINE, apart from leading space.
after() {
    local file=$tree/$1
    LINE=$2 TEXT=$3 awk '
        { print; bare = $0; sub(/^ +/, "", bare) }
        !done && bare == ENVIRON["LINE"] { print ENVIRON["TEXT"]; done = 1 }
        END { exit !done }' "$file" >"$work/edited" || fail "$1 has no line: $2"
    cp "$work/edited" "$file"
}

# replace FILE OLD NEW: the first OLD in FILE becomes NEW; both are plain text within a line.
replace() {
    local file=$tree/$1
    OLD=$2 NEW=$3 awk '
        !done && (place = index($0, ENVIRON["OLD"])) {
            $0 = substr($0, 1, place - 1) ENVIRON["NEW"] substr($0, place + length(ENVIRON["OLD"])); done = 1
        }
        { print }
        END { exit !done }' "$file" >"$work/edited" || fail "$1 does not say: $2"
    cp "$work/edited" "$file"
}

engine=Sources/PlacementEngine/Indexed/IndexedEngine.swift

# Waits at the end of every round for a tenth of the time the round took.
plant_slower() {
    after $engine 'prepare()' '
        let plantedStart = clock?() ?? 0
        defer {
            if let clock {
                let plantedEnd = clock()
                while clock() < plantedEnd + (plantedEnd - plantedStart) / 10 {}
            }
        }'
}

plant_allocation() {
    after $engine 'public let name = "indexed"' '    public var planted: [Int32] = []'
    after $engine 'for classID in classIDs {' '            planted = [classID, classID]'
}

plant_check() {
    after $engine 'for classID in classIDs {' \
        '            _ = scratch.pointee.evaluator.fits(cluster.classes[Int(classID)], node: 0)'
}

# Among equal devices the first instead of the last.
plant_tie() {
    replace Sources/PlacementKernels/Filter/StandardScan.swift 'numa << 16 | UInt64(device)' \
        'numa << 16 | (0xffff - UInt64(device))'
}

# Processors weigh a little more than devices.
plant_packing() {
    replace Sources/PlacementEngine/Policies/BestFit.swift 'let cpu = 0.5' "let cpu = PACKING_CPU"
    replace Sources/PlacementEngine/Policies/BestFit.swift 'let gpu = 0.5' "let gpu = PACKING_GPU"
}

# compare NAME: the records of base and NAME; prints the verdict and what got worse, by metric.
compare() {
    local status=0
    "$work/berth-base" compare "$work/$1-base.json" "$work/$1-new.json" --thresholds Benchmarks/thresholds.yaml \
        --output json >"$work/$1.json" || status=$?
    [ "$status" -le 1 ] || fail "the records of $1 cannot be compared"
    return "$status"
}

# findings NAME: kinds of metrics that got worse, and the largest change, for the table.
findings() {
    awk '
        /"metric":/ { split($0, part, "\""); metric = part[4] }
        /"verdict":/ { split($0, part, "\""); verdict = part[4] }
        /"change":/ {
            split($0, part, "\"")
            if (verdict == "worse") { count[metric]++; if (count[metric] == 1) { order[++kinds] = metric; first[metric] = part[4] } }
        }
        END {
            if (kinds == 0) printf "nothing"
            for (kind = 1; kind <= kinds; kind++) {
                metric = order[kind]
                printf "%s%s (%d; %s)", (kind > 1 ? ", " : ""), metric, count[metric], first[metric]
            }
        }' "$work/$1.json"
}

git worktree prune
[ -d "$tree" ] || git worktree add --quiet --detach "$tree" HEAD
git -C "$tree" checkout --quiet --force --detach "$(git rev-parse HEAD)"
build base
missed=0
rows=()

# row NAME TITLE: one line of the table.
row() {
    local caught=caught
    compare "$1" && { caught=missed; missed=$((missed + 1)); }
    rows+=("| $2 | $caught | $(findings "$1") |")
    say "${rows[-1]}"
}

for plant in slower allocation check tie packing; do
    git -C "$tree" checkout --quiet --force .
    "plant_$plant"
    build "$plant"
done
git -C "$tree" checkout --quiet --force .

"$work/berth-base" bench record --counts-only --output "$work/exact.json" >/dev/null
Scripts/record-in-turn.sh "$work/berth-base" "$work/berth-slower" "$work/slower-base.json" "$work/slower-new.json" \
    "$sessions" "${timed[@]}"
row slower '(a) placement path 10 % slower'
for plant in allocation check tie packing; do
    cp "$work/exact.json" "$work/$plant-base.json"
    "$work/berth-$plant" bench record --counts-only --output "$work/$plant-new.json" >/dev/null
done
row allocation '(b) one more heap allocation a placement'
row check '(c) one more exact check a placement'
row tie '(d) one tie between devices broken the other way'
row packing '(e) BestFit packing about 0.2 points worse'

passed=0
for trial in $(seq "$trials"); do
    "$work/berth-base" bench record --counts-only --output "$work/same-new.json" >/dev/null
    cp "$work/exact.json" "$work/same-base.json"
    if compare same; then
        Scripts/record-in-turn.sh "$work/berth-base" "$work/berth-base" "$work/same-base.json" "$work/same-new.json" \
            "$sessions" "${timed[@]}"
        if compare same; then passed=$((passed + 1)); else say "trial $trial: $(findings same)"; fi
    else
        say "trial $trial: $(findings same)"
    fi
    say "unchanged: $passed of $trial passed"
done
rows+=("| unchanged build, $trials times | $passed of $trials passed | |")
[ "$passed" -eq "$trials" ] || missed=$((missed + 1))

printf '| planted | gate | what got worse: metric (workloads; first change) |\n|---|---|---|\n'
printf '%s\n' "${rows[@]}"
[ "$missed" -eq 0 ]
