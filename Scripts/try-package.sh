#!/bin/sh
# Tries the Debian package in a bare Debian root: installs it, asks doctor and explain about the example that comes with it, each
# in less than a second, removes it, and compares the files before and after. Needs root and debootstrap.
#
# Usage: Scripts/try-package.sh [DEB] [SUITE]
set -eu
cd "$(dirname "$0")/.."
deb=$(realpath "${1:-$(ls dist/*.deb)}")
suite=${2:-bookworm}
if ! command -v debootstrap >/dev/null 2>&1; then
    echo 'skipped: debootstrap is not installed'
    exit 0
fi
root=$(mktemp -d)
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
# As a machine's root is: apt's own user can enter it.
chmod 755 "$root"
debootstrap --variant=minbase "$suite" "$root" >"$root.log" 2>&1 || { tail -5 "$root.log"; exit 1; }
rm -f "$root.log"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
files() { (cd "$root" && find . -path ./proc -prune -o -path ./var -prune -o -print | sort); }

# A program reads its arguments there.
mount -t proc proc "$root/proc"
# Libraries that the package depends on come first, so that what is compared is the package alone.
cp "$deb" "$root/berth.deb"
depends=$(dpkg-deb -f "$deb" Depends | tr -d ,)
inside apt-get update -qq
# shellcheck disable=SC2086
inside apt-get install -y -qq --no-install-recommends $depends >/dev/null 2>&1
files >"$root/before"
inside dpkg -i /berth.deb
inside berth --version
example=/usr/share/doc/berth/examples/snapshot.json
# Asks a question: how it has to end, and what has to stand in the answer.
ask() {
    expected=$1 words=$2
    shift 2
    started=$(date +%s%N)
    status=0
    inside "$@" >"$root/answer" 2>/dev/null || status=$?
    milliseconds=$((($(date +%s%N) - started) / 1000000))
    echo "$*: ended with $status after $milliseconds ms, $(wc -l <"$root/answer") lines: $(grep -m 1 "$words" "$root/answer" || true)"
    [ "$status" -eq "$expected" ] && grep -q "$words" "$root/answer" && [ "$milliseconds" -lt 1000 ]
}
ask 1 '^problem: t4-3: nvidia.com/gpu is offered' berth doctor "$example"
ask 0 '^research/train-llm: rejected: 0/8 nodes are available' berth explain train-llm "$example"
rm "$root/answer"
inside dpkg --purge berth
files | grep -v '^./before$\|^./after$' >"$root/after"
grep -v '^./before$' "$root/before" >"$root/before.files" && mv "$root/before.files" "$root/before"
if ! diff "$root/before" "$root/after"; then
    echo 'the package left something behind, or took something away'
    exit 1
fi
echo 'removed without a trace'
