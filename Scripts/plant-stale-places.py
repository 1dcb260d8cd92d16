#!/usr/bin/env python3
"""Shows that pages cannot rot: plants what once stood there and was no longer true, one place at a time, in a copy of the pages,
and looks whether Scripts/run-pages.py finds each. Ends with 1 when one is not found, or when the pages are wrong as they are.

    Scripts/plant-stale-places.py [--berth .build/release/berth] [--test-log LOG]

Without the log of `make test` the number of tests is compared with a line made up for this."""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPIED = ["README.md", "CONTRIBUTING.md", "docs", "examples", "traces", "Tests/CommandTests/Fixtures", "Benchmarks"]

# What it is, the page, what stands there (a pattern), what once stood there, and what is to be said of it.
PLACES = [
    ("README: heap", "README.md", r"heap           [\d.]+ alloc", "heap           1.029 alloc", "heap           1.029"),
    ("README: memory", "README.md", r"peak memory    [\d.]+ MiB", "peak memory    26.1 MiB", "peak memory    26.1"),
    ("README: tests", "README.md", r"run with \d+ tests in \d+", "run with 649 tests in 120", "with 649 tests"),
    ("--drain node-17", "README.md", r"--drain t4-1 ", "--drain node-17 ", '"node-17" is no node of the fleet'),
    ("zone=a", "docs/what-if.md", r"--remove topology.kubernetes.io/zone=zone-b", "--remove zone=a", "none has the label zone"),
    ("examples' table", "examples/README.md", r"8,192 MiB( +)76", r"8192 MiB \g<1>76", "page: default/amd-share"),
    ("17 lists", "docs/evaluation.md", r"\nPace: ", "\nAll 17 lists (1,020 rows, 2,550 runs) would take 44 to 140 s. Pace: ",
     "speaks of 17 lists"),
    ("openb/expected", "docs/evaluation.md", r"`openb/expected` one with", "another one with",
     "reads openb/expected, which is not there"),
]
# An option of `replay --help` as it once was.
OLD_HELP = r"""#!/bin/sh
if [ "$*" = 'replay --help' ]; then
    BERTH --help >/dev/null && BERTH replay --help | sed 's/^\( *\)spread, mutex, numa, topology-aware, or a list with/\1spread, mutex, numa, or a list with/'
else exec BERTH "$@"; fi
"""


def run_pages(root, berth, log, page):
    # A page that shows no output has one beside it that does: nothing compared is a fault of its own.
    pages = list(dict.fromkeys([page, "examples/README.md"]))
    return subprocess.run(
        [ROOT / "Scripts/run-pages.py", "--root", root, "--berth", berth, "--test-log", log, *pages],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--berth", default=ROOT / ".build/release/berth", type=pathlib.Path)
    parser.add_argument("--test-log", type=pathlib.Path)
    arguments = parser.parse_args()
    berth = arguments.berth.resolve()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="stale-") as folder:
        top = pathlib.Path(folder)
        root = top / "copy"
        for name in COPIED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir(): shutil.copytree(ROOT / name, root / name)
            else: shutil.copy(ROOT / name, root / name)
        for link in re.findall(r"\]\(([^)#:]+)\)", (root / "README.md").read_text() + (root / "CONTRIBUTING.md").read_text()):
            if (ROOT / link).exists() and not (root / link).exists():
                (root / link).parent.mkdir(parents=True, exist_ok=True)
                (root / link).touch()
        log = arguments.test_log
        if log is None:
            log = top / "log"
            tests = re.search(r"^✔ Test run with .*$", (root / "README.md").read_text(), flags=re.M)
            log.write_text(f"…\n{tests[0]}\n")

        def tell(name, result, words):
            lines = result.stdout.split("\n")
            found = next((line.strip() for line in lines if words in line), None)
            is_found = result.returncode == 1 and found is not None
            print(f"{name:<28} {'found: ' + found if is_found else 'NOT FOUND, ended with ' + str(result.returncode)}")
            return 0 if is_found else 1

        for page in sorted({place[1] for place in PLACES}):
            result = run_pages(root, berth, log, page)
            if result.returncode != 0: sys.exit(f"{page} is wrong as it stands:\n{result.stdout}")
        for name, page, pattern, stale, words in PLACES:
            text = (root / page).read_text()
            planted, count = re.subn(pattern, stale, text, count=1)
            if count != 1: sys.exit(f"{page}: {pattern} does not stand there, so nothing can be planted")
            (root / page).write_text(planted)
            missed += tell(name, run_pages(root, berth, log, page), words)
            (root / page).write_text(text)
        old = top / "berth"
        old.write_text(OLD_HELP.replace("BERTH", str(berth)))
        old.chmod(0o755)
        if "topology-aware" in subprocess.run([old, "replay", "--help"], capture_output=True, text=True).stdout:
            sys.exit("the old help could not be made of the new one")
        missed += tell("device policies in help", run_pages(root, old, log, "docs/what-if.md"), "tells otherwise of --device-policy")
    print(f"{len(PLACES) + 1 - missed} of {len(PLACES) + 1} stale places found")
    sys.exit(1 if missed else 0)


if __name__ == "__main__": main()
