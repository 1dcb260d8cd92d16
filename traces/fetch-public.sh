#!/bin/sh
# Fetches public traces from where they are published, for `berth trace import`. Tests and builds do not need them.
#
# Usage: traces/fetch-public.sh --list              the traces, their licences and homes
#        traces/fetch-public.sh [TRACE] [FOLDER]    fetch one (openb) into a folder (traces/public/TRACE)
#
# Needs curl, sha256sum and, for some, tar or unzip. What is there already is not fetched again.
set -eu

alibaba=https://raw.githubusercontent.com/alibaba/clusterdata/master
here=$(dirname "$0")

# What is known of a trace: home, licence, paper, size, and what to run afterwards.
describe() {
    paper='' size=''
    case $1 in
    openb)
        home=https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023
        licence="not stated there; the lists also stand in hkust-adsl/kubernetes-scheduler-simulator under Apache-2.0"
        paper='Weng et al., Beware of Fragmentation, USENIX ATC 2023'
        size='6 MB'
        ;;
    alibaba-spot-gpu-2026)
        home=https://github.com/alibaba/clusterdata/tree/master/cluster-trace-v2026-spot-gpu
        licence='not stated; the project asks to cite the paper'
        paper='Duan et al., GFS, ASPLOS 2026'
        ;;
    alibaba-dlrm-2025)
        home=https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2025
        licence='not stated; the project asks to cite the paper'
        paper='Yang et al., GPU-Disaggregated Serving for Deep Learning Recommendation Models at Scale, NSDI 2025'
        size='2 MB'
        ;;
    alibaba-pai-2020)
        home=https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020
        licence=CC-BY-4.0
        paper='Weng et al., MLaaS in the Wild, NSDI 2022'
        size='150 MB packed'
        ;;
    philly-2017)
        home=https://github.com/msr-fiddle/philly-traces
        licence=CC-BY-4.0
        paper='Jeon et al., Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training Workloads, USENIX ATC 2019'
        size='1 GB packed'
        ;;
    helios-2020)
        home=https://github.com/S-Lab-System-Group/HeliosData
        licence=CC-BY-4.0
        paper='Hu et al., Characterization and Prediction of Deep Learning Workloads, SC 2021'
        size='36 MB packed'
        ;;
    acme-2023)
        home=https://github.com/InternLM/AcmeTrace
        licence=CC-BY-4.0
        paper='Hu et al., Characterization of Large Language Model Development in the Datacenter, NSDI 2024'
        size='110 MB'
        ;;
    azure-packing-2020)
        home=https://github.com/Azure/AzurePublicDataset/blob/master/AzureTracesForPacking2020.md
        licence=CC-BY-4.0
        paper='Hadary et al., Protean: VM Allocation Service at Scale, OSDI 2020'
        ;;
    slurm)
        home='your own cluster'
        licence='yours'
        ;;
    *) return 1 ;;
    esac
}

# The commands that make traces of what was fetched into a folder.
import_commands() {
    case $1 in
    openb) echo "berth replay $2" ;;
    helios-2020)
        for cluster in Earth Saturn Uranus Venus; do
            echo "berth trace import --from $1 $2/data/$cluster --output helios-$(echo $cluster | tr A-Z a-z)"
        done
        ;;
    acme-2023)
        for cluster in seren kalos; do
            echo "berth trace import --from $1 $2/trace_$cluster.csv --output acme-$cluster"
        done
        ;;
    alibaba-dlrm-2025)
        # No fleet is published; this one is an example.
        echo "berth trace import --from $1 $2 --output $1 --nodes \"1000x(8x NVIDIA A10 24G)\" --cpu-nodes 4000" \
            "--node-cpus 128 --node-memory-gib 1024"
        ;;
    azure-packing-2020) echo "berth trace import --from $1 $2 --output $1 --cpu-nodes 1000" ;;
    philly-2017) echo "berth trace import --from $1 $2/trace-data --output $1" ;;
    slurm)
        echo "sacct -a -P -X -S 2024-01-01 -o JobID,User,Account,State,Submit,Start,End,NNodes,ReqTRES,AllocTRES > sacct.txt"
        echo "berth trace import --from slurm sacct.txt --output mine --nodes \"16x(8x NVIDIA V100 32G)\"" \
            "--node-cpus 96 --node-memory-gib 768"
        ;;
    *) echo "berth trace import --from $1 $2 --output $1" ;;
    esac
}

traces='openb alibaba-spot-gpu-2026 alibaba-dlrm-2025 alibaba-pai-2020 philly-2017 helios-2020 acme-2023
    azure-packing-2020 slurm'

list() {
    for trace in $traces; do
        describe "$trace"
        printf '%s\n  home     %s\n  licence  %s\n' "$trace" "$home" "$licence"
        [ -z "$paper" ] || printf '  paper    %s\n' "$paper"
        [ -z "$size" ] || printf '  size     %s\n' "$size"
        import_commands "$trace" "$here/public/$trace" | sed 's/^/  import   /'
    done
}

# fetch URL [NAME]: into the present folder, whole or not at all.
fetch() {
    name=${2:-$(basename "$1")}
    if [ ! -f "$name" ]; then
        curl -fL --retry 3 --progress-bar -o "$name.part" "$1"
        mv "$name.part" "$name"
    fi
}

download() {
    case $1 in
    openb)
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
        cut -c67- SHA256SUMS | while read -r name; do fetch "$alibaba/cluster-trace-gpu-v2023/csv/$name"; done
        sha256sum -c SHA256SUMS
        ;;
    alibaba-spot-gpu-2026)
        for name in node_info_df.csv job_info_df.csv; do fetch "$alibaba/cluster-trace-v2026-spot-gpu/$name"; done
        ;;
    alibaba-dlrm-2025) fetch "$alibaba/cluster-trace-gpu-v2025/disaggregated_DLRM_trace.csv" ;;
    alibaba-pai-2020)
        cat > SHA256SUMS <<'SUMS'
722fef30b7fb7aa50dabd79155614b5423a9d65cf45a9b26c590d57725423a14  pai_group_tag_table.tar.gz
5aad7f7caac501136d14ed6a48e40546f825d7b0617a3a4f337e2348fe0a6cb0  pai_job_table.tar.gz
cc0d38a4045af1b1af8179de8b1b54b1ddd995e6160d6d061a6b1000f1276c2d  pai_machine_spec.tar.gz
cd1d6dc3215d2a8607ccf6b6dd952b5db776df86926c73259fea7c1499ac40e5  pai_task_table.tar.gz
SUMS
        cut -c67- SHA256SUMS | while read -r name; do
            fetch "https://aliopentrace.oss-cn-beijing.aliyuncs.com/v2020GPUTraces/$name"
        done
        sha256sum -c SHA256SUMS
        cut -c67- SHA256SUMS | while read -r name; do tar -xzf "$name"; done
        ;;
    philly-2017)
        # Kept in Git LFS, which names the digest of what it keeps.
        fetch https://media.githubusercontent.com/media/msr-fiddle/philly-traces/master/trace-data.tar.gz
        echo '2037ccf63a725a02be718b0e1aeee6142c90b7f62d0d849295120e9f6ba13d2c  trace-data.tar.gz' | sha256sum -c
        tar -xzf trace-data.tar.gz
        ;;
    helios-2020)
        fetch https://raw.githubusercontent.com/S-Lab-System-Group/HeliosData/HEAD/data.zip
        unzip -qo data.zip
        ;;
    acme-2023)
        for name in trace_seren.csv trace_kalos.csv; do
            fetch "https://raw.githubusercontent.com/InternLM/AcmeTrace/HEAD/data/job_trace/$name"
        done
        ;;
    azure-packing-2020)
        fetch https://azurepublicdatasettraces.blob.core.windows.net/azurepublicdatasetv2/azurevmallocation_dataset2020/AzurePackingTraceV1.zip
        unzip -qoj AzurePackingTraceV1.zip '*.sqlite'
        ;;
    slurm) ;;
    esac
}

case ${1:-openb} in
--list)
    list
    exit 0
    ;;
-h | --help)
    sed -n '2,7s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac

trace=${1:-openb}
if ! describe "$trace"; then
    printf 'fetch-public: no trace is called %s; known are:%s\n' "$trace" "$(printf ' %s' $traces)" >&2
    exit 2
fi
folder=${2:-$here/public/$trace}
printf 'from     %s\nlicence  %s\n' "$home" "$licence"
[ -z "$paper" ] || printf 'paper    %s\n' "$paper"
[ "$trace" = slurm ] || mkdir -p "$folder"
[ "$trace" = slurm ] || (cd "$folder" && download "$trace")
printf 'Now run:\n'
import_commands "$trace" "$folder" | sed 's/^/  /'
