#!/bin/sh
# Packs a built program and looks the package over: files, control, checksums, SBOM, the program at work; then installs it from
# source into a folder and removes it again. Takes seconds: what only a bare root can show is Scripts/try-package.sh.
#
# Usage: Scripts/check-package.sh PROGRAM    the usual build will do
set -eu
cd "$(dirname "$0")/.."
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
if ! command -v dpkg-deb >/dev/null 2>&1; then
    echo 'package: skipped, dpkg-deb is not installed'
else
    DIST=$folder/dist SHARED_SWIFT=1 Scripts/package.sh "$program" >"$folder/sizes"
    (cd "$folder/dist" && sha256sum --quiet -c SHA256SUMS) || fail 'SHA256SUMS does not fit'
    [ "$(wc -l <"$folder/dist/SHA256SUMS")" -eq 3 ] || fail 'SHA256SUMS names other than three files'
    deb=$(ls "$folder"/dist/*.deb)
    dpkg-deb --contents "$deb" | awk '$1 !~ /^d/ { print $1, $2, $6 }' >"$folder/found"
    cat >"$folder/expected" <<FILES
-rwxr-xr-x root/root ./usr/bin/berth
-rw-r--r-- root/root ./usr/share/bash-completion/completions/berth
-rw-r--r-- root/root ./usr/share/doc/berth/CHANGELOG.md
-rw-r--r-- root/root ./usr/share/doc/berth/README.md
-rw-r--r-- root/root ./usr/share/doc/berth/copyright
-rw-r--r-- root/root ./usr/share/doc/berth/examples/prices.csv
-rw-r--r-- root/root ./usr/share/doc/berth/examples/snapshot.json
-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/berth.fish
-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_berth
FILES
    LC_ALL=C sort -k 3 "$folder/found" >"$folder/sorted"
    LC_ALL=C sort -k 3 "$folder/expected" | diff - "$folder/sorted" || fail 'the package has other files'
    dpkg-deb -x "$deb" "$folder/unpacked"
    [ -n "$(dpkg-deb -f "$deb" Depends)" ] || fail 'the package depends on nothing'
    python3 - "$folder"/dist/*.cdx.json "$folder/unpacked/usr/bin/berth" <<'PYTHON' || fail 'the SBOM does not fit'
import hashlib, json, re, subprocess, sys
bill, program = json.load(open(sys.argv[1])), sys.argv[2]
listed = {entry["value"] for part in bill["components"] for entry in part.get("properties", [])}
linked = {path for path in re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", program], capture_output=True, text=True).stdout)}
missing = linked - listed
pins = {pin["identity"] for pin in json.load(open("Package.resolved"))["pins"]}
missing |= pins - {part["name"] for part in bill["components"]}
digest = bill["metadata"]["component"]["hashes"][0]["content"]
if missing or not linked: sys.exit(f"not in the SBOM: {sorted(missing)}")
if digest != hashlib.sha256(open(program, "rb").read()).hexdigest(): sys.exit("the SBOM is of another program")
print(f"SBOM: {len(bill['components'])} components, all {len(linked)} linked libraries among them")
PYTHON
    status=0
    "$folder/unpacked/usr/bin/berth" doctor examples/snapshot.json >"$folder/answer" || status=$?
    [ "$status" -eq 1 ] || fail "the packed program ended with $status"
    grep -q '^problem: t4-3' "$folder/answer" || fail 'the packed program answers otherwise'
    grep 'program, stripped' "$folder/sizes"
fi

# From source, beside a file of somebody else's.
mkdir -p "$folder/prefix/bin"
touch "$folder/prefix/bin/other"
Scripts/install.sh install "$program" "$folder/prefix"
for shell in bash zsh fish; do
    case $shell in
    bash) place=bash-completion/completions/berth check='bash -n' ;;
    zsh) place=zsh/site-functions/_berth check='zsh -n' ;;
    fish) place=fish/vendor_completions.d/berth.fish check='fish --no-execute' ;;
    esac
    grep -q whatif "$folder/prefix/share/$place" || fail "completions for $shell lack a command"
    if command -v "$shell" >/dev/null 2>&1; then
        $check "$folder/prefix/share/$place" || fail "completions for $shell have a fault"
    else
        echo "completions for $shell: not parsed, $shell is not installed"
    fi
done
Scripts/install.sh uninstall "$folder/prefix"
left=$(cd "$folder/prefix" && find . ! -type d)
[ "$left" = ./bin/other ] || fail "uninstall left or took: $left"
[ "$(find "$folder/prefix" -type d | wc -l)" -eq 2 ] || fail 'uninstall left folders'
echo 'package and installation hold'
