#!/usr/bin/env python3
"""Every import of a module of this package has to stand among the target's dependencies in Package.swift.

An incremental build does not notice a missing one, because the module was built for another target; a clean build
then fails or not by the order in which targets happen to be compiled. Ends with 1 and a line for each fault.
"""
import json
import pathlib
import re
import subprocess
import sys

IMPORT = re.compile(
    r"^\s*(?:(?:@\w+|public|internal|package|private|fileprivate) )*import "
    r"(?:(?:struct|enum|class|protocol|func|typealias|let|var) )?(\w+)", re.M)

described = subprocess.run(
    ["swift", "package", "describe", "--type", "json"], check=True, stdout=subprocess.PIPE,
    cwd=pathlib.Path(__file__).parent.parent)
package = json.loads(described.stdout)
modules = {target["c99name"]: target["name"] for target in package["targets"]}
faults = files = 0
for target in package["targets"]:
    declared = set(target.get("target_dependencies", []))
    for source in target["sources"]:
        if not source.endswith(".swift"):
            continue
        files += 1
        path = pathlib.Path(target["path"], source)
        for name in IMPORT.findall(pathlib.Path(package["path"], path).read_text()):
            if modules.get(name, target["name"]) not in declared | {target["name"]}:
                print(f"{path}: imports {name}, which Package.swift does not name as a dependency of {target['name']}")
                faults += 1
if not files:
    sys.exit("no source file was looked at")
sys.exit(1 if faults else 0)
