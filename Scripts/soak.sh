#!/usr/bin/env bash
# Lets millions of pods come and go on a fleet whose nodes, labels, registers and classes change all the time, and prints memory
# and decisions a second after a fifth of them and at the end: neither may tell how long it has gone on.
#   Scripts/soak.sh [LIVES [NODES]]    10000000 2000 if not given
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product fleet-stories 2>&1 | tail -n 1
exec .build/release/fleet-stories soak "${1:-10000000}" "${2:-2000}"
