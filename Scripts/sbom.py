#!/usr/bin/env python3
"""Prints an SBOM (CycloneDX 1.5, JSON) of a built program: the Swift packages of Package.resolved, and the shared libraries that
are linked with the Debian packages that bring them. Swift's own, where they are shared, stand with Swift.

    Scripts/sbom.py PROGRAM VERSION"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

program, version = sys.argv[1:]
root = pathlib.Path(__file__).resolve().parent.parent


def output(*command): return subprocess.run(command, capture_output=True, text=True, check=True).stdout


components = []
for pin in json.loads((root / "Package.resolved").read_text())["pins"]:
    state = pin["state"]
    release = state.get("version") or state["revision"]
    place = pin["location"].removesuffix(".git").split("://")[-1]
    components.append({
        "type": "library", "name": pin["identity"], "version": release, "purl": f"pkg:swift/{place}@{release}",
        "externalReferences": [{"type": "vcs", "url": pin["location"]}]})

libraries, swift_libraries = {}, []
for path in re.findall(r"=> (/\S+)|^\s+(/\S+) \(", output("ldd", program), re.M):
    path = next(part for part in path if part)
    # Merged /usr: dpkg may know the file by either path.
    for name in (os.path.realpath(path), path, path.removeprefix("/usr"), os.path.realpath(path).removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            libraries.setdefault(found.stdout.split(":")[0], []).append(path)
            break
    else:
        if "/swift/linux/" not in path: sys.exit(f"{path} is linked and belongs to no package")
        swift_libraries.append(path)
for package, paths in sorted(libraries.items()):
    release, architecture = output("dpkg-query", "-W", "-f", "${Version} ${Architecture}", package).split()
    components.append({
        "type": "library", "name": package, "version": release,
        "purl": f"pkg:deb/debian/{package}@{release}?arch={architecture}",
        "properties": [{"name": "linked", "value": path} for path in paths]})
digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
swift = re.search(r"Swift version (\S+)", output("swift", "--version"))
components.append({
    "type": "framework", "name": "swift", "version": swift[1], "purl": f"pkg:generic/swift@{swift[1]}",
    "description": "standard library and Foundation" + ("" if swift_libraries else ", linked into the program"),
    "properties": [{"name": "linked", "value": path} for path in swift_libraries]})
print(json.dumps({
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {"component": {
        "type": "application", "name": "berth", "version": version, "hashes": [{"alg": "SHA-256", "content": digest}]}},
    "components": components}, indent=2))
