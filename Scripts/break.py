#!/usr/bin/env python3
"""Tries to break Berth: fuzzed input, faults at every write, closed and full streams, two writers, odd environments.

usage: break.py [PART ...] [--berth FILE] [--breaker FILE] [--inputs N] [--kills N] [--seconds S] [--work FOLDER]
parts: fuzz kills streams writers environments           all without a name
       --short is what CI runs in less than a minute

Every part prints a line of the table in docs/reliability.md and what it found. Ends with 1 when something was found, with 2
when it could not run. Failing inputs are shrunk and kept in FOLDER/found. The same seeds make the same inputs.
"""
import argparse, concurrent.futures, glob, hashlib, json, os, random, re, resource, shlex, shutil, signal, subprocess, sys
import tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FAULTS = os.path.join(ROOT, "Tests", "Breaker", "fault_at_write.c")
found = []


def report(part, text):
    found.append((part, text))
    print(f"  FOUND {part}: {text}", flush=True)


def run(words, cwd, env=None, timeout=60, stdin=subprocess.DEVNULL, **more):
    environment = dict(os.environ if env is None else env)
    return subprocess.run(words, cwd=cwd, env=environment, timeout=timeout, stdin=stdin, capture_output=True, **more)


# -- fuzz ----------------------------------------------------------------------------------------------------------------

READERS = "snapshot import whatif redact doctor explain ends case kube config fleet pods openb thresholds record run results decisions prices quantity " \
    "slurm".split()


def one(options, reader, seed, dropped, folder):
    """How one input ends: 0, 3 for a wrong answer, 4 for memory, or minus a signal; and how many changes it has."""
    ended = run([options.breaker, "one", reader, str(seed), ROOT, folder] + [str(d) for d in dropped], folder, timeout=900)
    changes = ended.stdout.split(b"\n")[0]
    lines = [line for line in ended.stderr.decode(errors="replace").split("\n") if line.strip(" *")]
    return ended.returncode, int(changes or 0), lines


def shrink(options, reader, seed, status, folder):
    """Leaves out the changes that the failure does not need."""
    _, changes, _ = one(options, reader, seed, [], folder)
    dropped = []
    for change in range(changes):
        if one(options, reader, seed, dropped + [change], folder)[0] == status:
            dropped.append(change)
    return dropped, changes


def fuzz_part(options, reader, first, last):
    """Inputs of some seeds; goes on behind each failure. Returns the inputs done and the failures."""
    folder = os.path.join(options.work, f"fuzz-{reader}-{first}")
    os.makedirs(folder, exist_ok=True)
    failures, done, seed = [], 0, first
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
    while seed <= last and len(failures) < 20:
        process = subprocess.run(
            [options.breaker, "fuzz", reader, str(seed), str(last), ROOT, folder], env=environment, cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True)
        if process.returncode == 0:
            done += last - seed + 1
            break
        at = int(open(os.path.join(folder, "seed")).read().split()[0])
        done += at - seed + 1
        failures.append((reader, at, process.returncode, process.stderr.decode(errors="replace")[-300:]))
        seed = at + 1
    shutil.rmtree(folder, ignore_errors=True)
    return done, failures


def fuzz(options):
    readers = options.readers or READERS
    each = max(options.inputs // len(readers), 1)
    step = min(each, 2000)
    # The readers take turns, so that an early end leaves none out.
    jobs = [(reader, first, min(first + step, each + options.first) - 1)
            for first in range(options.first, each + options.first, step) for reader in readers]
    end = time.monotonic() + options.seconds
    total, failures = 0, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def work(job):
            return fuzz_part(options, *job) if time.monotonic() < end else (0, [])
        for done, failed in pool.map(work, jobs):
            total += done
            failures += failed
    kept = os.path.join(options.work, "found")
    os.makedirs(kept, exist_ok=True)
    scratch = tempfile.mkdtemp(dir=options.work)
    for reader, seed, status, message in failures:
        again, _, lines = one(options, reader, seed, [], scratch)
        if again == 0:
            # Only with the inputs before it: memory that grows, or a machine that was too slow.
            report("fuzz", f"{reader} seed {seed}: status {status}, not alone: {message.strip()[:200]}")
            continue
        dropped, changes = shrink(options, reader, seed, again, scratch)
        run([options.breaker, "show", reader, str(seed), ROOT, scratch] + [str(d) for d in dropped], scratch)
        shutil.copy(os.path.join(scratch, "input"), os.path.join(kept, f"{reader}-{seed}"))
        report("fuzz", f"{reader} seed {seed}: status {again}, {changes - len(dropped)} of {changes} changes: "
               + " ".join(lines)[:300])
    print(f"fuzz          {total:,} inputs over {len(readers)} readers, {len(failures)} failures", flush=True)


# -- a folder to work in -------------------------------------------------------------------------------------------------

def template(options):
    """A folder with an input of every kind, made once."""
    folder = os.path.join(options.work, "template")
    if os.path.isdir(folder):
        return folder
    os.makedirs(folder)
    seeds = os.path.join(ROOT, "Tests", "Breaker", "Seeds")
    for source, target in [("snapshot.yaml", "s.yaml"), ("openb-nodes.csv", "openb_node_list_gpu_node.csv"),
                           ("openb-pods.csv", "openb_pod_list_a.csv"), ("record.json", "record.json"),
                           ("run.json", "run.json")]:
        shutil.copy(os.path.join(seeds, source), os.path.join(folder, target))
    for name in ["nodes.yaml", "pods.yaml"]:
        shutil.copy(os.path.join(ROOT, "Tests", "CommandTests", "Fixtures", name), folder)
    shutil.copy(os.path.join(ROOT, "examples", "prices.csv"), folder)
    shutil.copy(os.path.join(ROOT, "Tests", "TraceReplayTests", "Import", "Golden", "slurm", "sacct.txt"), folder)
    with open(os.path.join(folder, "thresholds.yaml"), "w") as file:
        file.write("defaults: {time: 5%, counts: 1%}\n")
    record = json.load(open(os.path.join(folder, "record.json")))
    record["revision"]["commit"] = "0" * 40
    json.dump(record, open(os.path.join(folder, "older.json"), "w"))
    for command in ["trace generate --nodes 4 --vendors nvidia --pods 9 --output t",
                    "bench history add older.json --history h.sqlite",
                    "sweep . --policies BestFit --seeds 7 --results some.csv --jobs 1"]:
        made = run([options.berth] + command.split(), folder)
        if made.returncode != 0:
            sys.exit(f"berth does not run: {made.stderr.decode()}")
    return folder


def prepare(options, name):
    folder = os.path.join(options.work, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template(options), folder)
    return folder


# Every command; the words behind > are what it writes.
COMMANDS = [
    "place --nodes nodes.yaml --pods pods.yaml --redact-time", "place --nodes nodes.yaml --pods pods.yaml --output json --redact-time",
    "place --nodes nodes.yaml --pods pods.yaml --output ndjson --redact-time --annotations --explain", "place s.yaml",
    "explain default/share --nodes nodes.yaml --pods pods.yaml", "explain #0 --trace t --output json",
    "whatif s.yaml --add '2x(8x T4)'", "whatif s.yaml --prices prices.csv", "whatif t --output json",
    "doctor s.yaml", "doctor s.yaml --output json", "doctor --nodes nodes.yaml --pods pods.yaml",
    "snapshot redact s.yaml --output r.json > r.json", "snapshot redact s.yaml",
    "snapshot redact s.yaml --output /dev/stdout", "replay t --decisions /dev/stdout --metrics /dev/fd/1",
    "vendors", "vendors --output json", "vendors --markdown",
    "replay t --decisions d.csv --metrics m.csv --report rep > d.csv m.csv rep", "replay t --output json", "replay s.yaml",
    "replay . --pods-variant a --policy FGD --metrics f.csv > f.csv", "replay t --policy foresight --ceiling",
    "replay t --clock virtual --interval 1h --output json", "explain d/multi s.yaml --output json",
    "whatif s.yaml --drain node-0001", "place s.yaml --explain --annotations --output json --redact-time",
    "trace info t", "trace import --list", "trace import --from kubernetes s.yaml --output i > i",
    "trace import --from openb openb_node_list_gpu_node.csv openb_pod_list_a.csv --output o > o",
    "trace export t --running 3 --output e.json > e.json", "trace export t", "trace export s.yaml --output v.json > v.json",
    "trace import --from slurm sacct.txt --nodes '2x(8x NVIDIA V100 16G)' --output l > l",
    "trace generate --nodes 4 --vendors nvidia --pods 9 --seed 2 --output t > t",
    "sweep . --policies FGD,BestFit --seeds 1-2 --results rows.csv --jobs 1 > rows.csv",
    "sweep . --policies FGD --seeds 1-2 --results rows.csv --jobs 1 --output json > rows.csv",
    "sweep . --policies FGD --seeds 1-3 --plan p --shards 2 > p", "sweep --merge some.csv --output csv",
    "ceiling . --seeds 1 --loads 90,100 --policies FGD",
    "ceiling . --seeds 1 --loads 90 --output json", "report run.json run.json --output c > c",
    "bench record --list", "bench record --only kernel/score* --size smoke --counts-only --output b.json > b.json",
    "bench history add record.json --history h.sqlite > h.sqlite", "bench history list --history h.sqlite",
    "bench history steps --history h.sqlite", "bench history plot --history h.sqlite --output h.html > h.html",
    "compare record.json record.json --thresholds thresholds.yaml --markdown g.md --junit g.xml > g.md g.xml",
    "compare record.json record.json --output markdown", "compare record.json record.json --output junit",
    "--help", "help replay", "--version", "--generate-completion-script bash",
]
# Their output is times, or other processes write for them.
STREAMS_ONLY = ["bench decode --nodes 5 --rounds 1",
                "compare --first-difference --trace t --new-options --node-policy=spread --shrunk sh",
                "compare --ab --trace t --rounds 2"]


def split(command):
    words, _, outputs = command.partition(" > ")
    return shlex.split(words), outputs.split()



MADE = re.compile(rb" on \d{4}-\d\d-\d\d at \d\d:\d\d UTC")


def digest(path):
    """What stands at a path: bytes, or a folder's files by name. Partial files of an interruption do not count."""
    if os.path.isdir(path):
        return {name: digest(os.path.join(path, name)) for name in sorted(os.listdir(path)) if not name.startswith(".")}
    if not os.path.exists(path):
        return None
    # These hold measured times; they are whole or not.
    if path.endswith("rep/run.json"):
        return "whole" if open(path, "rb").read().endswith(b"}\n") else "half"
    if path.endswith("rep/report.html"):
        return "whole" if open(path, "rb").read().endswith(b"</html>\n") else "half"
    content = open(path, "rb").read()
    # Pages tell at their foot when they were made.
    if path.endswith(".html"):
        content = MADE.sub(b"", content)
    return hashlib.sha256(content).hexdigest()


def told(options, folder, output):
    """What the commands that read an output say of it; None where there is none. Tells whether it can be used."""
    path = os.path.join(folder, output)
    if output.endswith(".sqlite"):
        # An empty file is a history that was just being made.
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            return None
        words = ["bench", "history", "list", "--history", output]
    elif os.path.exists(os.path.join(path, "trace.json")):
        words = ["trace", "info", output]
    else:
        return None
    ended = run([options.berth] + words, folder)
    if output.endswith(".sqlite") and ended.returncode == 0 and ended.stdout.count(b"\n") <= 1:
        # A history without a record, which was just being made.
        return None
    return ended.returncode, ended.stdout, ended.stderr


# -- kills ---------------------------------------------------------------------------------------------------------------

def old_or_new(before, after, now):
    """Whether each file is the old one or the new one."""
    if isinstance(now, dict) or isinstance(after, dict):
        if now is None:
            return before is None
        before = before if isinstance(before, dict) else {}
        after = after if isinstance(after, dict) else {}
        return all(old_or_new(before.get(name), after.get(name), content) for name, content in now.items())
    return now in (before, after)


# What makes another output before, so that there is something to replace.
OLDER = {"FGD,BestFit": "BestFit", "s.yaml": "nodes.yaml", "record.json": "older.json", "2": "5"}


def kills(options):
    library = os.path.join(options.work, "fault.so")
    built = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, FAULTS, "-ldl"], capture_output=True)
    if built.returncode != 0:
        built = subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-o", library, FAULTS, "-ldl"], capture_output=True)
    if built.returncode != 0:
        return print("kills         skipped: no C compiler", flush=True)
    writers = [command for command in COMMANDS if " > " in command]
    total, rounds, end = 0, 0, time.monotonic() + options.seconds
    if options.short:
        # What replaces a whole folder first: it has the most to lose.
        writers.sort(key=lambda command: "trace generate" not in command)
    while total < options.kills and time.monotonic() < end:
        for number, command in enumerate(writers):
            if time.monotonic() > end or total >= options.kills:
                break
            words, outputs = split(command)
            folder = prepare(options, "kills")
            for output in outputs:
                path = os.path.join(folder, output)
                if os.path.isdir(path):
                    shutil.rmtree(path)
                elif os.path.exists(path):
                    os.remove(path)
            # Every second round replaces what is there already; the short part does only that.
            if (rounds % 2 == 1 or options.short) and "--plan" not in words:
                run([options.berth] + [OLDER.get(word, word) for word in words], folder)
            start = folder + ".start"
            shutil.rmtree(start, ignore_errors=True)
            shutil.copytree(folder, start)
            before = {name: digest(os.path.join(folder, name)) for name in outputs}
            said_before = {name: told(options, folder, name) for name in outputs}
            log = os.path.join(options.work, "calls")
            open(log, "w").close()
            environment = dict(os.environ, LD_PRELOAD=library, FAULT_LOG=log, SWIFT_BACKTRACE="enable=no")
            whole_run = run([options.berth] + words, folder, environment)
            if whole_run.returncode not in (0, 1):
                report("kills", f"{command}: {whole_run.stderr.decode()[:200]}")
                continue
            after = {name: digest(os.path.join(folder, name)) for name in outputs}
            said_after = {name: told(options, folder, name) for name in outputs}
            calls = os.path.getsize(log)
            for at in range(1, calls + 1):
                for kind in ("kill", "half", "full"):
                    if time.monotonic() > end or total >= options.kills:
                        break
                    shutil.rmtree(folder)
                    shutil.copytree(start, folder)
                    ended = run([options.berth] + words, folder,
                                dict(environment, FAULT_AT=str(at), FAULT_KIND=kind, FAULT_LOG="/dev/null"))
                    total += 1
                    name = f"{command}, {kind} at call {at} of {calls}"
                    if kind == "full" and ended.returncode in (0, 1) and not all(
                            digest(os.path.join(folder, output)) == after[output]
                            or said_after[output] and told(options, folder, output) == said_after[output]
                            for output in outputs):
                        report("kills", f"{name}: status {ended.returncode} without the work")
                    if ended.returncode in (-signal.SIGILL, -signal.SIGTRAP, -signal.SIGSEGV, -signal.SIGABRT):
                        report("kills", f"{name}: signal {-ended.returncode}")
                    for output in outputs:
                        # A history or a trace is read: as the old one or the new one.
                        now = told(options, folder, output)
                        if now not in (None, said_before[output], said_after[output]) or now is None and said_before[output]:
                            report("kills", f"{name}: {output} is read as neither old nor new: {str(now)[:200]}")
                        # Rows grow and a database has a journal; the next run shows whether they are sound.
                        if output in ("rows.csv", "h.sqlite"):
                            continue
                        now = digest(os.path.join(folder, output))
                        # A comparison takes its last verdict away before it makes another.
                        if now is None and output in ("g.md", "g.xml"):
                            continue
                        if not old_or_new(before[output], after[output], now):
                            report("kills", f"{name}: {output} is neither old nor new")
                    # The next run goes on, or says what to remove, and leaves nothing of the dead one.
                    again = run([options.berth] + words, folder)
                    if again.returncode in (0, 1):
                        for output in outputs:
                            if output == "h.sqlite":
                                if told(options, folder, output) != said_after[output]:
                                    report("kills", f"{name}: the next run leaves another {output}")
                            elif digest(os.path.join(folder, output)) != after[output]:
                                report("kills", f"{name}: the next run leaves another {output}")
                        left = glob.glob(folder + "/**/.*.partial", recursive=True)
                        if left:
                            report("kills", f"{name}: the next run leaves {os.path.relpath(left[0], folder)}")
                    elif again.returncode != 2 or not re.search(rb"remove|holds a plan already", again.stderr):
                        report("kills", f"{name}: the next run: {again.returncode} {again.stderr.decode()[:160]}")
        rounds += 1
    print(f"kills         {total:,} at calls that change files, of {len(writers)} commands", flush=True)


# -- streams -------------------------------------------------------------------------------------------------------------

def streams(options):
    total = 0
    for command in COMMANDS + STREAMS_ONLY:
        words, outputs = split(command)
        # What it says where everybody listens.
        usual = run([options.berth] + words, prepare(options, "streams"))
        for stream, how in [(1, "closed"), (1, "full"), (2, "closed"), (2, "full"), (0, "closed"), (1, "gone"), (2, "gone")]:
            folder = prepare(options, "streams")
            kept = {}
            with open(os.path.join(folder, "out"), "wb") as out, open(os.path.join(folder, "err"), "wb") as err:
                target = {0: subprocess.DEVNULL, 1: out, 2: err}
                if how == "full":
                    target[stream] = open("/dev/full", "wb")
                if how == "gone":
                    reading, writing = os.pipe()
                    os.close(reading)
                    target[stream] = writing
                close = (lambda: os.close(stream)) if how == "closed" else None
                try:
                    process = subprocess.run(
                        [options.berth] + words, cwd=folder, stdin=target[0], stdout=target[1], stderr=target[2],
                        preexec_fn=close, timeout=60)
                except subprocess.TimeoutExpired:
                    report("streams", f"{command}, {how} {stream}: does not end")
                    continue
                if how == "gone":
                    os.close(writing)
            total += 1
            status = process.returncode
            name = f"{command}, stream {stream} {how}: status {status}"
            written = open(os.path.join(folder, "out"), "rb").read()
            if status in (-4, -5, -6, -11):
                report("streams", name)
            if stream == 1 and how in ("closed", "full") and usual.stdout:
                text = open(os.path.join(folder, "err"), "rb").read()
                # The stream under its own name, or under the one that an option gave it.
                if status != 2 or (b"standard output: " not in text and b"/dev/stdout: cannot be written" not in text):
                    report("streams", f"{name}: {text.decode()[:120]}")
            if stream == 1 and how == "gone" and status not in (0, -signal.SIGPIPE, 141):
                report("streams", name)
            if stream != 1 and status not in (0, 1, 2):
                report("streams", name)
            # Warnings that nobody could read end it with 2; they cost no result either.
            allowed = (0, 1, 2) if usual.stderr and how != "gone" else (0, 1)
            if stream == 2 and how != "full" and (status not in allowed or bool(written) != bool(usual.stdout)):
                report("streams", f"{name}, {len(written)} bytes")
    print(f"streams       {total:,} runs of {len(COMMANDS + STREAMS_ONLY)} commands, each stream closed, full and without a reader",
          flush=True)


# -- two writers ---------------------------------------------------------------------------------------------------------

def writers(options):
    total = 0
    for command in COMMANDS:
        words, outputs = split(command)
        if not outputs or "--counts-only" in words:
            continue
        for _ in range(options.rounds):
            folder = prepare(options, "writers")
            processes = [subprocess.Popen([options.berth] + words, cwd=folder, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
            ends = [(process.communicate(), process.returncode) for process in processes]
            total += len(ends)
            if not any(status in (0, 1) for _, status in ends):
                report("writers", f"{command}: nobody is done: {ends[0][0][1].decode()[:120]}")
            for (_, errors), status in ends:
                if status not in (0, 1) and not (status == 2 and re.search(
                        rb"another process|holds a plan already|locked|was changed after", errors)):
                    report("writers", f"{command}: status {status}: {errors.decode()[:160]}")
            for output in outputs:
                said = told(options, folder, output)
                if said and said[0] != 0:
                    report("writers", f"{command}: {output} cannot be read: {said[2].decode()[:160]}")
            again = run([options.berth] + words, folder)
            if again.returncode not in (0, 1) and b"holds a plan already" not in again.stderr:
                report("writers", f"{command}: afterwards {again.stderr.decode()[:160]}")
    print(f"writers       {total:,} processes, four at a time with one output", flush=True)


# -- environments --------------------------------------------------------------------------------------------------------

ENVIRONMENTS = [
    {}, {"LANG": "C"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": "tr_TR.UTF-8"}, {"LC_ALL": "nonsense"},
    {"TZ": "UTC"}, {"TZ": "Asia/Kathmandu"}, {"TZ": "America/St_Johns"}, {"TZ": "nonsense"}, {"HOME": None},
    {"HOME": "/nowhere"}, {"TERM": "dumb"}, {"TERM": None}, {"COLUMNS": "80", "LINES": "1"}, {"PATH": ""},
    {"TMPDIR": "/nowhere"}, {"NO_COLOR": "1"}, {"USER": None, "LOGNAME": None}, {"PWD": "/elsewhere"},
    {"SWIFT_DETERMINISTIC_HASHING": "1"}, {"MALLOC_CONF": "junk:true"},
]
# What a run measures of itself: lines of tables, members of JSON.
TIMING = re.compile(rb"^(throughput|heap|peak memory|time +count|per pod|per round|took|sweep took|survey took).*$", re.M)
MEASURED = re.compile(r"(seconds|persecond|latency|microseconds|peakmemorymib|allocationsper\w*|heap\w*)$", re.I)


def without_times(text):
    def cut(value):
        if isinstance(value, dict):
            return {key: cut(member) for key, member in value.items() if not MEASURED.search(key)}
        return [cut(member) for member in value] if isinstance(value, list) else value
    if text.startswith(b"{"):
        try:
            return json.dumps(cut(json.loads(text))).encode()
        except ValueError:
            pass
    return TIMING.sub(b"", text)


def outcome(options, words, outputs, folder, environment):
    ended = run([options.berth] + words, folder, environment, timeout=120)
    files = {}
    for output in outputs:
        path = os.path.join(folder, output)
        for place in ([path] if os.path.isfile(path) else sorted(glob.glob(path + "/**", recursive=True))):
            if os.path.isfile(place) and not place.endswith((".sqlite", "run.json", "report.html", "b.json")):
                files[os.path.relpath(place, folder)] = open(place, "rb").read()
    return ended.returncode, without_times(ended.stdout), without_times(ended.stderr), files


def environments(options):
    total = 0
    for command in COMMANDS:
        words, outputs = split(command)
        usual = None
        for number, changes in enumerate(ENVIRONMENTS[:options.environments]):
            environment = dict(os.environ, COLUMNS="80")
            for name, value in changes.items():
                if value is None:
                    environment.pop(name, None)
                else:
                    environment[name] = value
            folder = prepare(options, "environments")
            now = outcome(options, words, outputs, folder, environment)
            total += 1
            if usual is None:
                usual = now
                if now[0] not in (0, 1):
                    report("environments", f"{command}: {now[2].decode()[:160]}")
            elif now != usual:
                place = next(place for place in range(4) if now[place] != usual[place])
                report("environments", f"{command} under {changes}: {['status', 'output', 'errors', 'files'][place]} differ: "
                       + str(now[place])[:160])
        for option in (["--threads", "1"], ["--threads", "2"], ["--threads", "7"]) if words[0] == "replay" else []:
            folder = prepare(options, "environments")
            total += 1
            if outcome(options, words + option, outputs, folder, dict(os.environ, COLUMNS="80")) != usual:
                report("environments", f"{command} {' '.join(option)}: another outcome")
    print(f"environments  {total:,} runs: {len(COMMANDS)} commands in {options.environments} environments, "
          "and with 1, 2 and 7 threads", flush=True)


# -- all -----------------------------------------------------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--berth", default=os.path.join(ROOT, ".build", "release", "berth"))
    parser.add_argument("--breaker", default=os.path.join(ROOT, ".build", "release", "breaker"))
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--readers", nargs="*")
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--environments", type=int, default=len(ENVIRONMENTS))
    parser.add_argument("--seconds", type=float, default=7200, help="most time of fuzz and of kills")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--work", default=None)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    if options.short:
        options.inputs, options.kills, options.seconds, options.rounds, options.environments = 20_000, 60, 15, 1, 3
    options.berth, options.breaker = os.path.abspath(options.berth), os.path.abspath(options.breaker)
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"{part} is no part")
    for program in [options.berth] + ([options.breaker] if not options.parts or "fuzz" in options.parts else []):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not built: swift build -c release --product {os.path.basename(program)}")
    options.work = options.work or tempfile.mkdtemp(prefix="berth-break-")
    os.makedirs(options.work, exist_ok=True)
    for part in options.parts or (["fuzz", "kills", "writers"] if options.short else PARTS):
        PARTS[part](options)
    if found:
        print(f"{len(found)} found; inputs in {options.work}/found")
        sys.exit(1)
    shutil.rmtree(options.work, ignore_errors=True)


PARTS = {"fuzz": fuzz, "kills": kills, "streams": streams, "writers": writers, "environments": environments}

if __name__ == "__main__":
    main()
