#!/bin/sh
# Fetches the public GPU-sharing trace of 2023 (openb) for `berth replay traces/public/openb`.
#
# Source:  https://github.com/alibaba/clusterdata, cluster-trace-gpu-v2023
# Paper:   Weng et al., "Beware of Fragmentation", USENIX ATC 2023
# Licence: the lists also stand in the authors' simulator (hkust-adsl/kubernetes-scheduler-simulator) under Apache-2.0;
#          see the README of the source for its terms.
#
# Tests do not need it. Usage: traces/fetch-public.sh [FOLDER]
set -eu

folder=${1:-$(dirname "$0")/public/openb}
source=https://raw.githubusercontent.com/alibaba/clusterdata/master/cluster-trace-gpu-v2023/csv

mkdir -p "$folder"
cd "$folder"
cat > SHA256SUMS <<'SUMS'
5a85c2af79c66a1efff8bbcbda430400aae56d8431370d738480967e1a9c6b15  openb_node_list_all_node.csv
2beca64b4d3dfa342036a34b56a495c6cef9225db836c81f541282cb1df320b5  openb_node_list_gpu_node.csv
747f43247bffc2b0bb081d7f61f0705ca8d390dafc0b647e642c92f3baf3ba1e  openb_pod_list_cpu050.csv
134c21ff96d57533df8a37b67632972884fec9396e77cd0898ddc370cc8e607d  openb_pod_list_cpu250.csv
1ee7ed79c27a3b0861cda8ddba86a004c6aba904caafa329a76ae93ca63834a8  openb_pod_list_default.csv
12dbc07d6a49bf8641e2275a2ff5bf7be74b5df7d148d531e135b140b95f9a3d  openb_pod_list_gpushare100.csv
d83ce79a4eb6987524bedbb0c65e41aed3a36bf6c1b78b86234c3687a07e1d40  openb_pod_list_gpushare40.csv
eca4f746db1e5b25864ad021b55ece3943e101a3ebd4574d09dcb95c46117652  openb_pod_list_gpuspec33.csv
206f2f5959db30ecb7c44e7f13197c8ec50b7a35558ad3777cc3662ef0fe5373  openb_pod_list_multigpu50.csv
SUMS

cut -c67- SHA256SUMS | while read -r name; do
    [ -f "$name" ] || curl -fsSL --retry 3 -o "$name.part" "$source/$name"
    [ -f "$name" ] || mv "$name.part" "$name"
done
sha256sum -c SHA256SUMS
echo "Now run: berth replay $folder"
