#!/bin/sh
# Writes the revision of the sources over its place holder in a built program, so that `berth --version` tells it.
#
# Usage: Scripts/stamp-revision.sh PROGRAM
#
# Compiling the revision in would build everything anew at every commit. The place holder has 40 characters; a program
# that was stamped already gets the new one.
set -eu
cd "$(dirname "$0")/.."
revision=$(git describe --always --abbrev=12 --dirty --exclude='*' 2>/dev/null) || exit 0
python3 - "$1" "$revision" <<'PYTHON'
import pathlib, re, sys
path, revision = pathlib.Path(sys.argv[1]), sys.argv[2].encode()[:40]
program = path.read_bytes()
stamped, count = re.subn(rb"berth revision: [0-9a-z.-]{40}", b"berth revision: " + revision.ljust(40, b"."), program)
if count == 0: sys.exit(f"{path} has no place for a revision")
if stamped != program:
    new = path.with_name("." + path.name + ".stamped")
    new.write_bytes(stamped)
    new.chmod(path.stat().st_mode)
    new.replace(path)
PYTHON
