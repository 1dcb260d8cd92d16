#!/usr/bin/env bash
# Cuts a few short cases out of each file of measured decisions, for tests that need nothing beside the checkout.
#
#   Tests/SchedulerSessionTests/cut-vectors.sh ../shared/vectors nvidia-basic hygon
#   Tests/SchedulerSessionTests/cut-vectors.sh ../shared/vectors-kube edge
#
# Without names, the files that were cut before are cut again. Of the 60 shortest cases of a file every tenth is taken; of
# the hand-made cases on kube-scheduler, all.
set -euo pipefail
export LC_ALL=C

[ $# -ge 1 ] || { echo "usage: $0 FOLDER [NAME...]" >&2; exit 2; }
source=$1
shift
here=$(cd "$(dirname "$0")" && pwd)/Vectors
[ "$(basename "$source")" != vectors-kube ] || here=$(cd "$(dirname "$0")" && pwd)/ClusterVectors
mkdir -p "$here"
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for file in "$here"/*.jsonl; do names+=("$(basename "$file" .jsonl)"); done
fi
for name in "${names[@]}"; do
    if [ "$(basename "$here")/$name" = ClusterVectors/edge ]; then
        gzip -dc "$source/$name.jsonl.gz" > "$here/$name.jsonl"
        continue
    fi
    gzip -dc "$source/$name.jsonl.gz" | awk '{ print length($0) "\t" $0 }' | sort -s -n -k1,1 \
        | awk 'NR % 10 == 1 && NR <= 60' | cut -f 2- > "$here/$name.jsonl"
    printf '%-22s %s cases, %s bytes\n' "$name" "$(wc -l < "$here/$name.jsonl")" "$(wc -c < "$here/$name.jsonl")"
done
