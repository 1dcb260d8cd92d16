#!/usr/bin/env bash
# Shows what the regression gate catches: plants regressions in a copy of the tree, one at a time, builds each, and
# compares it with the unchanged build, and compares the unchanged build with itself, again and again. Times are compared
# while the other plants are being built, so that the machine is noisy on purpose.
# usage: planted-regressions.sh [trials of the unchanged build, default 20]
# environment: PLANTED_FOLDER keeps what is built and recorded; builds of the same revision are used again.
#              PLANTED_TREE names a checkout of this revision, without changes, to plant in instead of a new one.
# A changed engine may move the lines that are edited here; an edit that no longer applies stops the script.
set -euo pipefail
cd "$(dirname "$0")/.."

trials=${1:-20}
root=$PWD
revision=$(git rev-parse HEAD)
work=${PLANTED_FOLDER:-$(mktemp -d)}
tree=${PLANTED_TREE:-$work/tree}
thresholds=$root/Benchmarks/thresholds.yaml
# The group of the placement path. What a build is of is known here; the checkout changes while plants are built.
timed=(--only 'refill/*' --samples 3 --repository "$work")
beside=()

cleanup() {
    [ "${#beside[@]}" -eq 0 ] || kill "${beside[@]}" 2>/dev/null || true
    if [ -n "${PLANTED_TREE:-}" ]; then
        git -C "$tree" checkout --quiet --force .
    elif [ -z "${PLANTED_FOLDER:-}" ]; then
        git -C "$root" worktree remove --force "$tree" 2>/dev/null || true
    fi
    [ -n "${PLANTED_FOLDER:-}" ] || rm -rf "$work"
}

fail() { printf 'planted-regressions: %s\n' "$*" >&2; exit 1; }
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

# build NAME: the tree as it stands, kept as $work/NAME.
build() {
    if [ "$(cat "$work/berth-$1.revision" 2>/dev/null)" = "$revision" ]; then return; fi
    say "building $1"
    (cd "$tree" && swift build -c release --product berth >"$work/build-$1.log" 2>&1) ||
        { tail -n 20 "$work/build-$1.log" >&2; fail "$1 does not build"; }
    cp "$tree/.build/release/berth" "$work/berth-$1"
    echo "$revision" >"$work/berth-$1.revision"
}

# plant NAME: the tree with this regression and no other, built.
plant() {
    git -C "$tree" checkout --quiet --force .
    "plant_$1"
    build "$1"
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

engine=Sources/Engine/PlacementEngine/Indexed/SearchLane.swift
place='func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {'
loop='for place in 0..<classIDs.count {'

# Spins at the end of every round for a tenth of the processor time that the round took.
plant_slower() {
    after $engine 'import VendorCatalog' '
import Glibc
private func plantedNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}'
    after $engine "$place" '
        let plantedStart = plantedNanoseconds()
        defer {
            let plantedEnd = plantedNanoseconds()
            while plantedNanoseconds() < plantedEnd + (plantedEnd - plantedStart) / 10 {}
        }'
}

plant_allocation() {
    after $engine 'import VendorCatalog' 'nonisolated(unsafe) public var planted: [Int32] = []'
    after $engine "$loop" '            planted = [classIDs[place], classIDs[place]]'
}

plant_check() {
    after $engine "$loop" \
        '            _ = scratch.pointee.evaluator.fits(cluster.classes[Int(classIDs[place])], node: 0)'
}

# Among equal devices the first instead of the last.
plant_tie() {
    replace Sources/Engine/PlacementKernels/Filter/StandardScan.swift 'numa << 16 | UInt64(device)' \
        'numa << 16 | (0xffff - UInt64(device))'
}

# Processors weigh a little more than devices.
plant_packing() {
    replace Sources/Engine/PlacementPolicies/BestFit.swift 'let cpu = 0.5' 'let cpu = 0.52'
    replace Sources/Engine/PlacementPolicies/BestFit.swift 'let gpu = 0.5' 'let gpu = 0.48'
}

# exact NAME BUILD: counts, decisions and quality of a build against the unchanged one's, as $work/NAME/gate.json.
exact() {
    local status=0
    mkdir -p "$work/$1"
    "$work/berth-$2" bench record --counts-only --output "$work/$1/new.json" >/dev/null
    "$work/berth-base" compare "$work/exact.json" "$work/$1/new.json" --thresholds "$thresholds" \
        --output json >"$work/$1/gate.json" || status=$?
    [ "$status" -le 1 ] || fail "the records of $1 cannot be compared"
    return "$status"
}

# times NAME BUILD: times of a build against the unchanged one's, recorded in turn, as $work/NAME/gate.json.
times() {
    local status=0
    Scripts/compare-in-turn.sh "$work/berth-base" "$work/berth-$2" "$work/$1" "$thresholds" "${timed[@]}" || status=$?
    [ "$status" -le 1 ] || fail "the records of $1 cannot be compared"
    return "$status"
}

# findings NAME: kinds of metrics that got worse, and the largest change, for the table.
findings() {
    awk '
        /"metric":/ { split($0, part, "\""); metric = part[4] }
        /"workload":/ { split($0, part, "\""); if (part[4] ~ /^group/) group = part[4]; else group = "" }
        /"verdict":/ { split($0, part, "\""); verdict = part[4] }
        /"change":/ {
            split($0, part, "\"")
            kind = metric (group == "" ? "" : " of " group)
            if (verdict == "worse") {
                count[kind]++
                if (count[kind] == 1) { order[++kinds] = kind; first[kind] = part[4] }
            }
        }
        END {
            if (kinds == 0) printf "nothing"
            for (place = 1; place <= kinds; place++) {
                kind = order[place]
                printf "%s%s (%d; %s)", (place > 1 ? ", " : ""), kind, count[kind], first[kind]
            }
        }' "$work/$1/gate.json"
}

# group NAME: change and interval of the group's time, as recorded.
group() {
    awk -F '"' '
        /"workload": "group/ { found = 1 }
        found && /"change":/ { change = $4 }
        found && /"detail":/ { sub(/: .*/, "", $4); print change "; " $4; exit }' "$work/$1/gate.json"
}

# sessions NAME: how many sessions of each build it took.
sessions() { grep -c '"quietNanoseconds"' "$work/$1/new.json" | awk '{ print $1 / 4 }'; }

# row NAME TITLE STATUS: one line of the table; a status of 1 is what is wanted.
row() {
    local caught=missed
    if [ "$3" -eq 1 ]; then caught=caught; fi
    printf '| %s | %s | %s |\n' "$2" "$caught" "$(findings "$1")" | tee -a "$work/rows" >&2
}

slower() {
    local status=0 start=$SECONDS
    times slower slower || status=$?
    row slower '(a) placement path 10 % slower' "$status"
    say "slower: $(group slower); $(sessions slower) sessions, $((SECONDS - start)) s"
}

# The unchanged build against itself: exact metrics, and times. Both write down the trials that failed.
unchanged_exact() {
    local trial
    for trial in $(seq "$trials"); do
        exact same base || { echo "$trial" >>"$work/failed"; say "trial $trial: $(findings same)"; }
    done
    say "unchanged: $trials exact comparisons made"
}

unchanged_times() {
    local start trial
    for trial in $(seq "$trials"); do
        start=$SECONDS
        times again base || { echo "$trial" >>"$work/failed"; say "trial $trial: $(findings again)"; }
        say "unchanged, trial $trial: $(group again); $(sessions again) sessions, $((SECONDS - start)) s"
    done
}

trap cleanup EXIT
mkdir -p "$work"
rm -f "$work"/{rows,failed}
touch "$work/failed"
if [ -n "${PLANTED_TREE:-}" ]; then
    [ "$(git -C "$tree" rev-parse HEAD)" = "$revision" ] || fail "$tree is not at $revision"
    [ -z "$(git -C "$tree" status --porcelain --untracked-files=no)" ] || fail "$tree has changes"
else
    git worktree prune
    [ -d "$tree" ] || git worktree add --quiet --detach "$tree" HEAD
    git -C "$tree" checkout --quiet --force --detach "$revision"
fi
build base
"$work/berth-base" bench record --counts-only --output "$work/exact.json" >/dev/null
unchanged_exact &
beside=($!)
unchanged_times &
beside+=($!)
plant slower
slower &
beside+=($!)
for name in allocation check tie packing; do plant "$name"; done
git -C "$tree" checkout --quiet --force .
for job in "${beside[@]}"; do wait "$job"; done
beside=()

declare -A titles=(
    [allocation]='(b) one more heap allocation a placement' [check]='(c) one more exact check a placement'
    [tie]='(d) one tie between devices broken the other way' [packing]='(e) BestFit packing 0.2 points worse'
)
for name in allocation check tie packing; do
    status=0
    exact "$name" "$name" || status=$?
    row "$name" "${titles[$name]}" "$status"
done

rm -rf "$work/shrunk"
status=0
"$work/berth-base" compare --first-difference "$work/berth-base" "$work/berth-tie" --trace traces/mixed-fleet \
    --shrunk "$work/shrunk" --output json >"$work/shrunk.json" || status=$?
[ "$status" -eq 1 ] || fail "the changed tie-break shows no difference in traces/mixed-fleet"
read -r pods nodes < <(awk -F '[:,]' '
    /"smallestTrace":/ { found = 1 }
    found && /"pods":/ { pods = $2 + 0 }
    found && /"nodes":/ { print pods, $2 + 0; exit }' "$work/shrunk.json")
passed=$((trials - $(sort -u "$work/failed" | wc -l)))

printf '| planted | gate | what got worse: metric (workloads; first change) |\n|---|---|---|\n'
sort "$work/rows"
printf '| unchanged build, %s times | %s of %s passed | |\n' "$trials" "$passed" "$trials"
printf '\nThe smallest trace that shows (d): %s pods, %s nodes.\n' "$pods" "$nodes"
! grep -q '| missed |' "$work/rows" && [ "$passed" -eq "$trials" ] && [ "$pods" -le 20 ] && [ "$nodes" -le 5 ]
