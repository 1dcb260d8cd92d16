#!/bin/sh
# Builds what a release consists of, into dist/: a stripped program with Swift's standard library inside, as an archive and as a
# Debian package, an SBOM of everything that is linked (CycloneDX), and checksums. Tells the sizes.
#
# Usage: Scripts/package.sh            builds the program first, beside the usual build
#        Scripts/package.sh PROGRAM    packs a program that was built before, with Swift's standard library inside
#
# DIST names another folder than dist. With SHARED_SWIFT=1 a program that needs Swift's shared libraries is packed too; such a package
# is to be looked at, not to be handed on.
set -eu
cd "$(dirname "$0")/.."

program=${1:-}
dist=${DIST:-dist}
if [ -z "$program" ]; then
    swift build -c release --product berth --static-swift-stdlib --scratch-path .build/static
    program=$(swift build -c release --static-swift-stdlib --scratch-path .build/static --show-bin-path)/berth
fi
version=$("$program" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
rm -rf "$dist"
mkdir -p "$dist"/tree/usr/bin "$dist"/tree/usr/share/doc/berth/examples "$dist"/tree/DEBIAN
cp "$program" "$dist"/tree/usr/bin/berth
Scripts/stamp-revision.sh "$dist"/tree/usr/bin/berth
strip "$dist"/tree/usr/bin/berth

# The installed tree: program, completions, licence, the example that the pages use.
Scripts/install.sh install "$dist"/tree/usr/bin/berth "$dist"/tree/usr >/dev/null
mkdir -p "$dist"/tree/usr/share/zsh/vendor-completions
mv "$dist"/tree/usr/share/zsh/site-functions/_berth "$dist"/tree/usr/share/zsh/vendor-completions/_berth
rmdir "$dist"/tree/usr/share/zsh/site-functions
cp LICENSE "$dist"/tree/usr/share/doc/berth/copyright
cp CHANGELOG.md README.md "$dist"/tree/usr/share/doc/berth/
cp examples/snapshot.json examples/prices.csv "$dist"/tree/usr/share/doc/berth/examples/

# Shared libraries that are linked, and the packages that bring them.
Scripts/sbom.py "$dist"/tree/usr/bin/berth "$version" >"$dist/berth-$version.cdx.json"
if [ -z "${SHARED_SWIFT:-}" ] && grep -q '/swift/linux/' "$dist/berth-$version.cdx.json"; then
    echo "$program needs Swift's shared libraries; build it with --static-swift-stdlib" >&2
    exit 1
fi
depends=$(python3 -c '
import json, sys
parts = json.load(open(sys.argv[1]))["components"]
print(", ".join(sorted({part["name"] for part in parts if part["purl"].startswith("pkg:deb/")})))
' "$dist/berth-$version.cdx.json")
cat >"$dist"/tree/DEBIAN/control <<CONTROL
Package: berth
Version: $version
Architecture: $architecture
Maintainer: The Berth authors <berth@example.com>
Installed-Size: $(du -sk "$dist"/tree/usr | cut -f1)
Depends: $depends
Section: admin
Priority: optional
Description: batch placement for fleets of mixed accelerators
 Tells why a pod is pending on a Kubernetes cluster that shares accelerators
 with HAMi, what would change if nodes came or went, and what to buy; replays
 traces of whole clusters. Reads files and changes nothing.
CONTROL
chmod -R u=rwX,go=rX "$dist"/tree
# The same sources make the same archives.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
dpkg-deb --root-owner-group --build "$dist"/tree "$dist/berth_${version}_$architecture.deb" >/dev/null
tar --sort=name --owner=0 --group=0 --mtime="@$SOURCE_DATE_EPOCH" -C "$dist"/tree -czf \
    "$dist/berth-$version-linux-$(uname -m).tar.gz" usr
echo "program, stripped: $(du -k "$dist"/tree/usr/bin/berth | cut -f1) KiB"
rm -rf "$dist"/tree
(cd "$dist" && sha256sum -- *.deb *.tar.gz *.json >SHA256SUMS && du -k -- *)
