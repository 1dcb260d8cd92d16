#!/bin/sh
# Makes the pictures of docs/ anew: five policies compared on a light page, one run on a phone with a dark page. Needs
# chromium and the release build.
#
# Usage: Scripts/make-pictures.sh              the pictures of docs/
#        Scripts/make-pictures.sh --all DIR    every kind of page on a desk and on a phone, light and dark, to be looked at
set -eu
cd "$(dirname "$0")/.."
berth=$PWD/.build/release/berth
pictures=$PWD/docs
if [ "${1:-}" = --all ]; then
    mkdir -p "$2"
    pictures=$(cd "$2" && pwd)
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Page, picture, width, height, colour scheme (0 dark, 1 light). The page stands in a frame of the width, since windows have
# a least one.
shoot() {
    page=$1 picture=$2 width=$3 height=$4 scheme=$5
    printf '<!DOCTYPE html><body style="margin:0"><iframe src="%s" style="border:0;width:%spx;height:%spx"></iframe>' \
        "$page" "$width" "$height" >"$folder/frame.html"
    chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$folder/profile" --blink-settings=preferredColorScheme="$scheme" --allow-file-access-from-files \
        --window-size="$width,$height" --screenshot="$folder/shot.png" "$folder/frame.html" >/dev/null 2>&1
    mv "$folder/shot.png" "$picture"
}

for policy in FGD BestFit DotProd GpuPacking GpuClustering; do
    "$berth" replay traces/gpu-share-2023 --policy "$policy" --report "$folder/$policy" >/dev/null
done
(cd "$folder" && "$berth" report FGD/run.json BestFit/run.json DotProd/run.json GpuPacking/run.json \
    GpuClustering/run.json --output compared >/dev/null)
"$berth" replay traces/smoke --report "$folder/smoke" >/dev/null
if [ "${1:-}" != --all ]; then
    shoot "$folder/compared/report.html" "$pictures/report.png" 1280 1500 1
    shoot "$folder/smoke/report.html" "$pictures/report-phone.png" 390 1400 0
    exit 0
fi

# A history with a step in it: records of this build, each said to be of another revision.
"$berth" bench record --size smoke --only 'kernel/*' --only 'place/*small' --samples 4 --output "$folder/record.json" >/dev/null
for revision in 1 2 3 4 5 6 7 8 9 10 11 12; do
    python3 - "$folder/record.json" "$folder/$revision.json" "$revision" <<'PYTHON'
import json, sys
record = json.load(open(sys.argv[1]))
revision = int(sys.argv[3])
record["revision"] = {"commit": f"{revision:x}" * 40, "isModified": False, "subject": f"Change {revision}"}
for workload in record["workloads"]:
    for session in workload["sessions"]:
        if revision > 5:
            session["nanoseconds"] = [round(time * 1.3) for time in session["nanoseconds"]]
            session["quietNanoseconds"] = round(session["quietNanoseconds"] * 1.3)
json.dump(record, open(sys.argv[2], "w"))
PYTHON
    "$berth" bench history add "$folder/$revision.json" --history "$folder/history.sqlite" >/dev/null
done
"$berth" bench history plot --history "$folder/history.sqlite" --output "$folder/history.html" >/dev/null
"$berth" replay traces/mixed-fleet --clock virtual --report "$folder/mixed" >/dev/null
for kind in smoke/report mixed/report compared/report history; do
    name=$(echo "$kind" | tr / -)
    for scheme in 0 1; do
        colour=$([ "$scheme" = 1 ] && echo light || echo dark)
        shoot "$folder/$kind.html" "$pictures/$name-desk-$colour.png" 1280 3000 "$scheme"
        shoot "$folder/$kind.html" "$pictures/$name-phone-$colour.png" 390 6000 "$scheme"
    done
done
