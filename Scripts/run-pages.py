#!/usr/bin/env python3
"""Runs every command that the pages show, from the pages themselves, and compares what they print.

    Scripts/run-pages.py [--berth .build/release/berth] [--test-log LOG] [--help-examples] [--write] [PAGE ...]

A ```console block has commands behind "$ " (a line that ends in \\ goes on in the next) and what they print; a line "…" stands
for any lines. Output is compared character by character, standard error included, with one exception: what was measured.
Times and rates (a number before ns, us, ms, s, min, h, placements/s) are not compared, nor the spaces around them;
peak memory, heap allocations and numbers of tests must be within a fifth of the page's. A ```sh block has commands alone,
which must succeed. `exit N` in a comment behind a command says that it ends with N.

Pages run in a copy of examples/, traces/ and the tests' fixtures, in which no command may change a file that stands in the
repository; text is laid out for 132 columns. `kubectl get` answers with examples/snapshot.json there. The comment
<!-- not run: WORD --> above a block leaves it out; the words are those of SKIPS in page_blocks.py. page_rules.py has what is asked
of pages besides: links, options, paths. --help-examples runs the examples of every command's help, too (help_examples.py).
Ends with 1 when anything is wrong or nothing was compared. --write puts what was printed into the pages."""
import argparse
import concurrent.futures
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import help_examples
import page_rules
from page_blocks import SKIPS, blocks

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "docs/*.md", "examples/README.md", "traces/README.md"]
COPIED = ["examples", "traces", "Tests/CommandTests/Fixtures", "Benchmarks/baseline.json", "Benchmarks/thresholds.yaml"]
WIDTH = "132"
TIME = re.compile(r" *(?<![\w.,])[\d,]+(\.\d+)? (ns|us|ms|s|min|h|placements/s|seconds)(?![\w/]) *")
MEASURED = [
    re.compile(r"^peak memory +([\d,.]+) MiB$"), re.compile(r"^heap +([\d.]+) allocations per placement$"),
    re.compile(r"Test run with (\d+) tests in \d+ suites"), re.compile(r"Test run with \d+ tests in (\d+) suites"),
]
TIME_HEADER = re.compile(r"^time +count +p50 ")


def plain(line):
    """A line without what was measured."""
    return re.sub(r" +", " ", line) if TIME_HEADER.match(line) else TIME.sub(" # ", line)


def alike(shown, printed):
    if plain(shown) == plain(printed): return True
    for rule in MEASURED:
        here, there = rule.search(shown), rule.search(printed)
        if here and there:
            page, run = (float(match[1].replace(",", "")) for match in (here, there))
            if abs(page - run) > max(page, run) / 5: return False
            shown = shown[:here.start(1)] + there[1] + shown[here.end(1):]
    return plain(re.sub(" +", " ", shown)) == plain(re.sub(" +", " ", printed))


def difference(shown, printed):
    """The first place at which they differ, as (line of the page's output, shown, printed); None when they are alike."""
    if "…" in shown:
        gap = shown.index("…")
        if found := difference(shown[:gap], printed[:gap]): return found
        rest = shown[gap + 1:]
        for start in range(gap, len(printed) + 1):
            if difference(rest, printed[start:]) is None: return None
        return gap + 1, rest[0] if rest else "", "no such lines"
    for place in range(max(len(shown), len(printed))):
        here = shown[place] if place < len(shown) else None
        there = printed[place] if place < len(printed) else None
        if here is None or there is None or not alike(here, there):
            return place, "(nothing)" if here is None else here, "(nothing)" if there is None else there
    return None


class Sandbox:
    """A copy of what the pages' commands read, with berth and kubectl on PATH."""

    def __init__(self, berth):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="pages-"))
        self.work = self.top / "berth"
        for name in COPIED:
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir(): shutil.copytree(ROOT / name, self.work / name)
            else: shutil.copy(ROOT / name, self.work / name)
        tools = self.top / "bin"
        tools.mkdir()
        (tools / "berth").symlink_to(berth)
        kubectl = tools / "kubectl"
        kubectl.write_text("#!/bin/sh\n[ \"$1\" = get ] && exec cat examples/snapshot.json\n")
        kubectl.chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(self.top), "LANG": "C.UTF-8", "BERTH_COLUMNS": WIDTH,
            "TMPDIR": str(self.top)}

    def run(self, command):
        result = subprocess.run(
            ["bash", "-c", command], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300)
        lines = result.stdout.split("\n")
        return result.returncode, lines[:-1] if lines[-1] == "" else lines

    def changed(self):
        """Files that stand in the repository otherwise than in the copy."""
        for name in COPIED:
            folder = ROOT / name
            for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
                copy = self.work / file.relative_to(ROOT)
                if file.suffix != ".md" and file.is_file() and (not copy.exists() or copy.read_bytes() != file.read_bytes()):
                    yield str(file.relative_to(ROOT))

    def close(self): shutil.rmtree(self.top, ignore_errors=True)


class Findings:
    def __init__(self):
        self.faults, self.skipped, self.compared, self.ran, self.text = [], [], 0, 0, None

    def fault(self, place, message): self.faults.append(f"{place}: {message}")


def run_page(page, berth, test_log, write):
    findings = Findings()
    text = (ROOT / page).read_text()
    sandbox = Sandbox(berth)
    lines = text.split("\n")
    try:
        changes = []
        for block in blocks(page, text):
            if block.skip:
                findings.skipped.append((block.skip, f"{page}:{block.line}", block.lines[0]))
                continue
            for first, last, command, shown, code in block.commands():
                place = f"{page}:{block.line + first - (1 if shown is not None else 0)}"
                if command.split("#")[0].strip() == "make test":
                    if test_log is None:
                        findings.skipped.append(("builds", place, command + " (no --test-log)"))
                        continue
                    status, printed = 0, pathlib.Path(test_log).read_text(errors="replace").rstrip("\n").split("\n")
                else:
                    status, printed = sandbox.run(command)
                if status != code:
                    findings.fault(place, f"`{command}` ended with {status}, not {code}: " + "\n    ".join(printed[-3:]))
                findings.ran += 1
                if shown is None: continue
                findings.compared += 1
                found = difference(shown, printed)
                if found and write and "…" not in shown:
                    kept = [here if here is not None and alike(here, there) else there
                            for here, there in itertools.zip_longest(shown, printed) if there is not None]
                    changes.append((block.line - 1 + first, block.line - 1 + last, kept))
                elif found:
                    findings.fault(
                        f"{page}:{block.line + first + found[0]}", f"`{command}`\n    page: {found[1]}\n    now:  {found[2]}")
        for start, end, printed in reversed(changes): lines[start:end] = printed
        if changes: findings.text = "\n".join(lines)
        for name in sandbox.changed(): findings.fault(page, f"its commands change {name}")
    except ValueError as error:
        findings.fault(page, str(error))
    finally:
        sandbox.close()
    return findings


def run_examples(command, block, berth):
    """The examples in the help of a command."""
    findings = Findings()
    sandbox = Sandbox(berth)
    try:
        help_examples.make_files(sandbox.work, ROOT, berth)
        for before in help_examples.BEFORE.get(command, []):
            if sandbox.run(before)[0] != 0: findings.fault(block.page, f"`{before}`, which its examples need, failed")
        for _, _, example, _, _ in block.commands():
            if word := help_examples.idle_word(example):
                findings.skipped.append((word, block.page, example.split("\n")[0]))
                example = help_examples.AFTER.get(example)
                if not example: continue
            status, printed = sandbox.run(example)
            findings.ran += 1
            if status != help_examples.status_of(example):
                findings.fault(block.page, f"`{example}` ended with {status}: " + "\n    ".join(printed[-3:]))
        for name in sandbox.changed(): findings.fault(block.page, f"its examples change {name}")
    finally:
        sandbox.close()
    return findings


def main():
    global ROOT
    parser = argparse.ArgumentParser()
    parser.add_argument("--berth", default=ROOT / ".build/release/berth", type=pathlib.Path)
    parser.add_argument("--root", default=ROOT, type=pathlib.Path, help="where the pages stand")
    parser.add_argument("--test-log", help="what `make test` printed")
    parser.add_argument("--help-examples", action="store_true", help="run the examples of help, too")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("pages", nargs="*")
    arguments = parser.parse_args()
    ROOT = arguments.root.resolve()
    berth = arguments.berth.resolve()
    if not berth.exists(): sys.exit(f"{berth} is not there; `make build` makes it")
    pages = arguments.pages or [str(path.relative_to(ROOT)) for rule in PAGES for path in sorted(ROOT.glob(rule))]
    total, help = Findings(), page_rules.Help(berth)
    examples = []
    if arguments.help_examples:
        try: examples = list(help_examples.help_blocks(help))
        except ValueError as error: total.fault("help", str(error))
    for place, message in page_rules.check_help(help): total.fault(place, message)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(run_page, page, berth, arguments.test_log, arguments.write) for page in pages]
        runs += [pool.submit(run_examples, command, block, berth) for command, block in examples]
        for page, run in itertools.zip_longest(pages, runs):
            found = run.result()
            total.faults += found.faults
            total.skipped += found.skipped
            total.compared += found.compared
            total.ran += found.ran
            if found.text is not None:
                (ROOT / page).write_text(found.text)
                print(f"{page}: written anew")
    for page in pages:
        for rule in (page_rules.check_words, page_rules.check_idle):
            for place, message in rule(ROOT, page, help): total.fault(place, message)
        for place, message in page_rules.check_lists(ROOT, page): total.fault(place, message)
    for word in SKIPS:
        skipped = [entry for entry in total.skipped if entry[0] == word]
        if skipped: print(f"not run, {word} ({SKIPS[word]}):")
        for _, place, command in skipped: print(f"    {place}: {command}")
    for fault in total.faults: print(fault, file=sys.stderr)
    print(f"{len(pages)} pages{f' and the help of {len(examples)} commands' if examples else ''}: {total.ran} commands run, the output of {total.compared} compared, "
          f"{len(total.skipped)} blocks not run, {len(total.faults)} faults")
    if total.compared == 0: print("no output was compared", file=sys.stderr)
    sys.exit(1 if total.faults or total.compared == 0 else 0)


if __name__ == "__main__": main()
