#!/usr/bin/env bash
# Installs what the build needs and the machine lacks. Quick and silent when nothing is missing.
set -euo pipefail

packages=(libjemalloc-dev libsimdjson-dev libsqlite3-dev coinor-libclp-dev pkg-config gzip)

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

if ! command -v swift >/dev/null 2>&1; then
    fail "no 'swift' on the PATH. Berth needs Swift 6.2 or newer: https://www.swift.org/install/"
fi

if [ "$(uname -s)" = Darwin ]; then
    command -v brew >/dev/null 2>&1 || fail "Homebrew is needed to install jemalloc, simdjson and Clp: https://brew.sh"
    for formula in jemalloc simdjson clp; do
        [ -d "$(brew --prefix)/opt/$formula" ] || brew install "$formula"
    done
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    if command -v dpkg-query >/dev/null 2>&1; then
        case "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)" in
            'install ok installed') ;;
            *) missing+=("$package") ;;
        esac
    fi
done
[ "${#missing[@]}" -eq 0 ] && command -v dpkg-query >/dev/null 2>&1 && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    fail "no apt-get here; install the development files of jemalloc, simdjson (3.0 or newer), SQLite and Clp, and gzip, yourself"
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || fail "root is needed to install ${missing[*]}: run 'apt-get install ${missing[*]}'"
    as_root=(sudo)
fi
printf 'setup: installing %s\n' "${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
