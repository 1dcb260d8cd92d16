#!/usr/bin/env python3
"""Runs every command that the pages show, from the pages themselves, and compares what they print.

    Scripts/run-pages.py [--berth .build/release/berth] [--test-log LOG] [--write] [PAGE ...]

A ```console block has commands behind "$ " (a line that ends in \\ goes on in the next) and what they print; a line "…" stands
for any lines. Output is compared character by character, standard error included, with one exception: what was measured.
Times and rates (a number before ns, us, ms, s, min, h, placements/s) are not compared, nor the spaces around them;
peak memory, heap allocations and numbers of tests must be within a quarter of the page's. A ```sh block has commands alone,
which must succeed. `exit N` in a comment behind a command says that it ends with N.

Pages run in a copy of examples/, traces/ and the tests' fixtures, in which no command may change a file that stands in the
repository; text is laid out for 132 columns. `kubectl get` answers with examples/snapshot.json there. The comment <!-- not run: WORD --> above a block leaves it
out; the words are those of SKIPS. Options that a page names in `berth ...` are looked for in the command's help, links to files
are followed. Ends with 1 when anything is wrong or nothing was compared. --write puts what was printed into the pages."""
import argparse
import concurrent.futures
import itertools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "docs/*.md", "examples/README.md", "traces/README.md"]
COPIED = ["examples", "traces", "Tests/CommandTests/Fixtures", "Benchmarks/baseline.json", "Benchmarks/thresholds.yaml"]
SKIPS = {
    "public data": "reads data sets that are not bundled",
    "long": "takes more than a few seconds",
    "builds": "builds, measures or installs the program itself",
    "elsewhere": "needs another machine, program or project",
}
WIDTH = "132"
TIME = re.compile(r" *(?<![\w.,])[\d,]+(\.\d+)? (ns|us|ms|s|min|h|placements/s|seconds)(?![\w/]) *")
MEASURED = [
    re.compile(r"^peak memory +([\d,.]+) MiB$"), re.compile(r"^heap +([\d.]+) allocations per placement$"),
    re.compile(r"Test run with (\d+) tests in \d+ suites"), re.compile(r"Test run with \d+ tests in (\d+) suites"),
]
TIME_HEADER = re.compile(r"^time +count +p50 ")


class Block:
    def __init__(self, page, line, kind, lines, skip):
        self.page, self.line, self.kind, self.lines, self.skip = page, line, kind, lines, skip

    def commands(self):
        """(first line of its output, last, text, printed lines or None, exit code), lines counted from the block's first."""
        if self.kind == "sh":
            yield from sh_commands(self.lines)
            return
        place = 0
        while place < len(self.lines):
            start = place
            if not self.lines[place].startswith("$ "):
                raise ValueError(f"{self.page}:{self.line + place}: a console block begins with a command behind \"$ \"")
            text = self.lines[place][2:]
            while text.endswith("\\") and place + 1 < len(self.lines):
                place += 1
                text = text[:-1] + self.lines[place].lstrip("> ")
            place += 1
            printed = place
            while place < len(self.lines) and not self.lines[place].startswith("$ "): place += 1
            code = re.search(r"#.*\bexit (\d+)", text)
            yield printed, place, text, self.lines[printed:place] or None, int(code[1]) if code else 0


def sh_commands(lines):
    text = ""
    for line in lines:
        text += line + "\n"
        if line.endswith("\\") or not line.strip(): continue
        if not text.strip().startswith("#"):
            code = re.search(r"#.*\bexit (\d+)", text)
            yield 0, 0, text.strip(), None, int(code[1]) if code else 0
        text = ""


def blocks(page, text):
    """The blocks of a page that show commands."""
    lines, place, skip = text.split("\n"), 0, None
    while place < len(lines):
        mark = re.fullmatch(r"<!-- not run: (.*) -->", lines[place])
        if mark:
            if mark[1] not in SKIPS: raise ValueError(f"{page}:{place + 1}: \"{mark[1]}\" is no word of SKIPS")
            skip = mark[1]
        elif lines[place].startswith("```"):
            kind, start = lines[place][3:].split(" ")[0], place + 1
            place = start
            while lines[place] != "```": place += 1
            inside = lines[start:place]
            if kind in ("sh", "console"):
                yield Block(page, start + 1, kind, inside, skip)
            elif any(line.startswith(("berth ", "$ ")) for line in inside):
                raise ValueError(f"{page}:{start + 1}: commands stand in a console or sh block")
            elif skip:
                raise ValueError(f"{page}:{start}: \"not run\" stands above a block without commands")
            skip = None
        elif lines[place].startswith("    berth "):
            raise ValueError(f"{page}:{place + 1}: commands stand in a console or sh block")
        place += 1


def plain(line):
    """A line without what was measured."""
    return re.sub(r" +", " ", line) if TIME_HEADER.match(line) else TIME.sub(" # ", line)


def alike(shown, printed):
    if plain(shown) == plain(printed): return True
    for rule in MEASURED:
        here, there = rule.search(shown), rule.search(printed)
        if here and there:
            page, run = (float(match[1].replace(",", "")) for match in (here, there))
            if abs(page - run) > max(page, run) / 4: return False
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


def check_words(page, berth, options):
    """Options in `berth ...` that the command does not have, and links to files that are not there."""
    text = (ROOT / page).read_text()
    prose = re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.S)
    for number, line in enumerate(prose.split("\n"), 1):
        for link in re.findall(r"\]\(([^)#]+)", line):
            if "://" not in link and not (ROOT / page).parent.joinpath(link).exists():
                yield f"{page}:{number}", f"links to {link}, which is not there"
    for match in re.finditer(r"`berth ([^`]+)`", prose):
        words = match[1].split()
        command = []
        while words and re.fullmatch(r"[a-z-]+", words[0]): command.append(words.pop(0))
        for option in re.findall(r"(?<!\S)--[a-z-]+", match[1]):
            known = next((options(tuple(command[:n])) for n in range(len(command), 0, -1) if options(tuple(command[:n]))), "")
            if option not in known.split() + ["--help", "--version", "--generate-completion-script"]:
                number = prose[:match.start()].count("\n") + 1
                yield f"{page}:{number}", f"`berth {' '.join(words and command or command)}` has no {option}"


def help_of(berth):
    known = {}

    def options(command):
        if command not in known:
            result = subprocess.run([berth, *command, "--help"], capture_output=True, text=True)
            found = re.findall(r"--[a-z-]+", result.stdout)
            known[command] = " ".join(found + ["--no-" + name[2:] for name in found]) if result.returncode == 0 else ""
        return known[command]
    return options


def main():
    global ROOT
    parser = argparse.ArgumentParser()
    parser.add_argument("--berth", default=ROOT / ".build/release/berth", type=pathlib.Path)
    parser.add_argument("--root", default=ROOT, type=pathlib.Path, help="where the pages stand")
    parser.add_argument("--test-log", help="what `make test` printed")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("pages", nargs="*")
    arguments = parser.parse_args()
    ROOT = arguments.root.resolve()
    berth = arguments.berth.resolve()
    if not berth.exists(): sys.exit(f"{berth} is not there; `make build` makes it")
    pages = arguments.pages or [str(path.relative_to(ROOT)) for rule in PAGES for path in sorted(ROOT.glob(rule))]
    total, options = Findings(), help_of(berth)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for page, found in zip(pages, pool.map(lambda page: run_page(page, berth, arguments.test_log, arguments.write), pages)):
            total.faults += found.faults
            total.skipped += found.skipped
            total.compared += found.compared
            total.ran += found.ran
            if found.text is not None:
                (ROOT / page).write_text(found.text)
                print(f"{page}: written anew")
    for page in pages:
        for place, message in check_words(page, berth, options): total.fault(place, message)
    for word in SKIPS:
        skipped = [entry for entry in total.skipped if entry[0] == word]
        if skipped: print(f"not run, {word} ({SKIPS[word]}):")
        for _, place, command in skipped: print(f"    {place}: {command}")
    for fault in total.faults: print(fault, file=sys.stderr)
    print(f"{len(pages)} pages: {total.ran} commands run, the output of {total.compared} compared, "
          f"{len(total.skipped)} blocks not run, {len(total.faults)} faults")
    if total.compared == 0: print("no output was compared", file=sys.stderr)
    sys.exit(1 if total.faults or total.compared == 0 else 0)


if __name__ == "__main__": main()
