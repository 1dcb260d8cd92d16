#!/bin/sh
# Makes the pictures of docs/ anew: five policies compared on a light page, one run on a phone with a dark page. Needs
# chromium and the release build; PICTURES names another folder than docs.
#
# Usage: Scripts/make-pictures.sh
set -eu
cd "$(dirname "$0")/.."
berth=$PWD/.build/release/berth
pictures=$PWD/${PICTURES:-docs}
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
shoot "$folder/compared/report.html" "$pictures/report.png" 1280 1500 1
shoot "$folder/smoke/report.html" "$pictures/report-phone.png" 390 1400 0
