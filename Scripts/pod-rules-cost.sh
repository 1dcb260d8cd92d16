#!/usr/bin/env bash
# What rules over other pods cost: places a queue twice, once with a third of its pods under anti-affinity, topology spread
# or host ports and once without those fields; then one class with anti-affinity per node over fleets of two sizes; then pods
# that each take a local volume of their own, on a fleet where every node has one.
#
#   Scripts/pod-rules-cost.sh [NODES] [PODS] [APPS]   default 10,000, 100,000 and 20 apps of each kind; BERTH names the binary
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
nodes=${1:-10000}
pods=${2:-100000}
apps=${3:-20}
berth=${BERTH:-.build/release/berth}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# $1 nodes
make_nodes() {
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"n%05d\",\"labels\":{\"host\":\"n%05d\",\"zone\":\"z%d\"}},\"status\":{\"allocatable\":{\"cpu\":\"64\",\"memory\":\"256Gi\",\"pods\":\"110\"}}}\n", i, i, i % 10 }'
}

# $1 pods, $2 1 = with rules
make_pods() {
    awk -v n="$1" -v rules="$2" -v apps="$apps" 'BEGIN { for (i = 0; i < n; i++) {
        kind = i % 9; app = "a" kind "-" (int(i / 9) % apps); extra = ""; ports = ""
        term = "\"labelSelector\":{\"matchLabels\":{\"app\":\"" app "\"}}"
        if (rules && kind == 0) extra = ",\"affinity\":{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"host\"," term "}]}}"
        if (rules && kind == 3) extra = ",\"topologySpreadConstraints\":[{\"maxSkew\":1,\"topologyKey\":\"zone\",\"whenUnsatisfiable\":\"DoNotSchedule\"," term "}]"
        if (rules && kind == 6) ports = ",\"ports\":[{\"containerPort\":80,\"hostPort\":" (8000 + int(i / 9) % 20) "}]"
        printf "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p%06d\",\"labels\":{\"app\":\"%s\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"}}%s}]%s}}\n", i, app, ports, extra } }'
}

# $1 pods: one class, one pod a node
make_lonely() {
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p%06d\",\"labels\":{\"app\":\"one\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}],\"affinity\":{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"host\",\"labelSelector\":{\"matchLabels\":{\"app\":\"one\"}}}]}}}}\n", i }'
}

# $1 pods, nodes and volumes: each pod has a claim that waits for its first consumer, each node a volume
make_volumes() {
    echo '{"kind":"StorageClass","apiVersion":"storage.k8s.io/v1","metadata":{"name":"local"},"provisioner":"kubernetes.io/no-provisioner","volumeBindingMode":"WaitForFirstConsumer"}'
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) {
        printf "{\"kind\":\"PersistentVolume\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"v%05d\"},\"spec\":{\"capacity\":{\"storage\":\"10Gi\"},\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":\"local\",\"local\":{\"path\":\"/d\"},\"nodeAffinity\":{\"required\":{\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"host\",\"operator\":\"In\",\"values\":[\"n%05d\"]}]}]}}},\"status\":{\"phase\":\"Available\"}}\n", i, i
        printf "{\"kind\":\"PersistentVolumeClaim\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"c%05d\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":\"local\",\"resources\":{\"requests\":{\"storage\":\"5Gi\"}}},\"status\":{\"phase\":\"Pending\"}}\n", i
        printf "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p%06d\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}],\"volumes\":[{\"name\":\"d\",\"persistentVolumeClaim\":{\"claimName\":\"c%05d\"}}]}}\n", i, i } }'
}

# Least of three runs in milliseconds, and the pods placed. $1 nodes file, $2 pods file
place() {
    local least="" start took placed=0
    for _ in 1 2 3; do
        start=$(date +%s%N)
        placed=$("$berth" place --nodes "$1" --pods "$2" --output ndjson | grep -c '"outcome":"placed"' || true)
        took=$((($(date +%s%N) - start) / 1000000))
        if [ -z "$least" ] || [ "$took" -lt "$least" ]; then least=$took; fi
    done
    echo "$least $placed"
}

make_nodes "$nodes" > "$folder/nodes.json"
make_pods "$pods" 0 > "$folder/plain.json"
make_pods "$pods" 1 > "$folder/rules.json"
read -r plain plain_placed <<< "$(place "$folder/nodes.json" "$folder/plain.json")"
read -r ruled ruled_placed <<< "$(place "$folder/nodes.json" "$folder/rules.json")"
printf 'without rules      %7d ms, %d of %d placed on %d nodes\n' "$plain" "$plain_placed" "$pods" "$nodes"
printf 'a third with rules %7d ms, %d placed, %d.%02d times\n' "$ruled" "$ruled_placed" \
    $((ruled / plain)) $((ruled * 100 / plain % 100))

half=$((nodes / 4))
for count in "$half" $((nodes / 2)); do
    make_nodes "$count" > "$folder/few.json"
    make_lonely "$count" > "$folder/lonely.json"
    read -r took placed <<< "$(place "$folder/few.json" "$folder/lonely.json")"
    printf 'one a node         %7d ms, %d of %d placed on %d nodes, %d ns a pod and node\n' "$took" "$placed" "$count" \
        "$count" $((took * 1000000 / (count * count)))
done

for count in $((nodes / 20)) $((nodes / 10)); do
    make_nodes "$count" > "$folder/few.json"
    make_volumes "$count" > "$folder/volumes.json"
    read -r took placed <<< "$(place "$folder/few.json" "$folder/volumes.json")"
    printf 'a volume each      %7d ms, %d of %d placed on %d nodes, %d ns a pod and node\n' "$took" "$placed" "$count" \
        "$count" $((took * 1000000 / (count * count)))
done
