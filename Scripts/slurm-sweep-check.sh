#!/usr/bin/env bash
# Runs a planned sweep on a real Slurm of one node and compares the merged table with the one-machine table.
#
#   slurm-sweep-check.sh BERTH PLAN SWEEP_ARGUMENT...
#
# PLAN is a folder that `berth sweep SWEEP_ARGUMENT... --plan PLAN` wrote. Everything that Slurm writes goes to a folder of
# its own and is gone afterwards; munged, slurmctld and slurmd run under this user, on loopback, and are ended by pid.
# Exit codes: 0 the tables are equal, 1 they differ or a job failed, 3 Slurm is not installed here.
set -euo pipefail

for tool in munged mungekey slurmctld slurmd sbatch squeue scontrol; do
  if ! command -v "$tool" >/dev/null && [ ! -x "/usr/sbin/$tool" ]; then
    echo "skipped: $tool is not installed (Debian: slurmctld slurmd slurm-client munge)"
    exit 3
  fi
done
PATH=$PATH:/usr/sbin

berth=$(realpath "$1")
plan=$(realpath "$2")
shift 2

home=$(mktemp -d)
pids=()
finish() {
  local pid try
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    # A caller that blocks signals hands that on to the daemons; then only the last word helps.
    for ((try = 0; try < 10; try++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$home"
}
trap finish EXIT
mkdir "$home/state" "$home/spool" "$home/munge"
chmod 755 "$home"
chmod 700 "$home/munge"

free_port() {
  local port
  for ((port = 20000 + RANDOM % 20000; ; port++)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

mungekey --create --keyfile="$home/munge/key"
munged --foreground --socket="$home/munge.socket" --key-file="$home/munge/key" --log-file="$home/munge/log" \
  --pid-file="$home/munge/pid" --seed-file="$home/munge/seed" --force >"$home/munge.out" 2>&1 &
pids+=($!)

user=$(id -un)
cpus=$(nproc)
cat >"$home/slurm.conf" <<EOF
ClusterName=berth-check
SlurmctldHost=localhost
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$home/munge.socket
CredType=cred/munge
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool
SlurmctldPidFile=$home/slurmctld.pid
SlurmdPidFile=$home/slurmd.pid
SlurmctldLogFile=$home/slurmctld.log
SlurmdLogFile=$home/slurmd.log
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1
NodeName=localhost NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
cat >"$home/cgroup.conf" <<EOF
CgroupPlugin=autodetect
IgnoreSystemd=yes
EOF
export SLURM_CONF=$home/slurm.conf

show_logs() { tail -n 20 "$home"/*.log "$home"/*.out 2>/dev/null >&2 || true; }
wait_for() { # seconds, words for people, command...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > deadline)); then
      echo "Slurm: $what did not come" >&2
      show_logs
      exit 1
    fi
    sleep 0.2
  done
}
wait_for 20 'the key daemon' test -S "$home/munge.socket"
slurmctld -D >"$home/slurmctld.out" 2>&1 &
pids+=($!)
slurmd -D -N localhost >"$home/slurmd.out" 2>&1 &
pids+=($!)
node_is_idle() { scontrol show node localhost | grep -q 'State=IDLE'; }
wait_for 30 'the node' node_is_idle

export BERTH=$berth
job=$(cd "$plan" && sbatch --parsable slurm.sh)
has_ended() { [ -z "$(squeue --noheader --jobs="$job" --states=PENDING,RUNNING,COMPLETING 2>/dev/null)" ]; }
wait_for 600 'the end of the array' has_ended

# Names the shards whose runs are missing, if a task failed.
"$berth" sweep --merge "$plan" --output csv >"$home/merged.csv" || {
  tail -n 20 "$plan"/logs/* >&2 || true
  show_logs
  exit 1
}
"$berth" sweep "$@" --results "$home/alone-rows.csv" --output csv >"$home/alone.csv"
if ! cmp "$home/merged.csv" "$home/alone.csv"; then
  diff "$home/merged.csv" "$home/alone.csv" | head -n 20 >&2
  exit 1
fi
echo "equal: $(($(wc -l <"$home/merged.csv") - 1)) runs through Slurm and on one machine"
