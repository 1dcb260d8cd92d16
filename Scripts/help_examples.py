"""The examples in the program's help as blocks, and the files that they name."""
import json
import re
import shutil

from page_blocks import Block

# Examples that are not run, by how they begin.
IDLE = {
    "berth bench record --output": "long",
    "berth bench record --counts-only": "long",
    "berth trace import --from philly-2017": "public data",
    "(cd sweep && sbatch": "elsewhere",
}
# Examples that end with something else than 0.
STATUS = {"berth doctor": 1, "berth compare --first-difference --trace": 1}
# What examples of a command find there: what the reader is told to make before.
BEFORE = {
    ("sweep",): [f"berth sweep openb --shard {shard}/4 --results shard-{shard}.csv" for shard in (2, 3, 4)],
    ("bench", "history", "list"): ["berth bench history add new.json --history history.sqlite"],
    ("bench", "history", "plot"): ["berth bench history add new.json --history history.sqlite"],
    ("bench", "history", "steps"): ["berth bench history add new.json --history history.sqlite"],
    ("bench", "record"): [
        "berth trace generate --nodes 4 --vendors nvidia --pods 40 --classes 4 --output my-trace"],
}
# What stands for an example that is not run: the shards of a plan are run by the batch system.
AFTER = {"(cd sweep && sbatch slurm.sh)": "for shard in $(seq 16); do BERTH=berth sh sweep/shard.sh $shard || exit; done"}


def help_blocks(help):
    """A block for the examples of each command; its page is the command line that prints them."""
    for command in help.commands():
        page = " ".join(("berth",) + command + ("--help",))
        text = help.text(command)
        examples = re.search(r"^Examples?:\n(.*?)^(?=USAGE:)", text, flags=re.S | re.M)
        if not examples: raise ValueError(f"{page}: has no example")
        lines, first = [], text[:examples.start(1)].count("\n") + 1
        for number, line in enumerate(examples[1].split("\n"), first):
            if line.startswith("  "):
                lines.append(line[2:])
            elif line and lines and lines[-1]:
                raise ValueError(f"{page}:{number}: an example is broken over lines, so it cannot be copied")
            else: lines.append("")
        yield command, Block(page, first, "sh", lines, None)


def status_of(command):
    """How an example ends."""
    return next((status for words, status in STATUS.items() if command.startswith(words)), 0)


def idle_word(command):
    """The word of SKIPS for an example that is not run, or nothing."""
    return next((word for words, word in IDLE.items() if command.startswith(words)), None)


def make_files(work, root, berth):
    """The files that examples name."""
    snapshot = json.loads((work / "examples/snapshot.json").read_text())

    def of_kinds(*kinds):
        return json.dumps({**snapshot, "items": [item for item in snapshot["items"] if item["kind"] in kinds]})
    shutil.copy(work / "examples/snapshot.json", work / "snapshot.json")
    (work / "nodes.json").write_text(of_kinds("Node"))
    (work / "pods.json").write_text(of_kinds("Pod"))
    shutil.copy(root / "Tests/CommandTests/Fixtures/pods.yaml", work / "queue.yaml")
    for name, vectors in (("cases", "Vectors/mixed"), ("cluster-cases", "ClusterVectors/ports")):
        lines = (root / f"Tests/SchedulerSessionTests/{vectors}.jsonl").read_text().split("\n")
        (work / f"{name}.jsonl").write_text("\n".join(lines[:3]) + "\n")
    for name in ("base", "new"): shutil.copy(root / "Benchmarks/baseline.json", work / f"{name}.json")
    shutil.copy(root / "Benchmarks/thresholds.yaml", work / "thresholds.yaml")
    (work / "device-config.yaml").write_text("nvidia: {resourceCountName: example.com/card}\n")
    (work / "sacct.txt").write_text(
        "JobID|User|Account|State|Submit|Start|End|NNodes|ReqTRES|AllocTRES\n"
        "1|a|team|COMPLETED|2026-01-01T00:00:00|2026-01-01T00:00:10|2026-01-01T01:00:00|1|"
        "cpu=8,gres/gpu=1,mem=32G,node=1|cpu=8,gres/gpu=1,mem=32G,node=1\n")
    for name in ("old", "new"):
        (work / name).mkdir()
        (work / name / "berth").symlink_to(berth)
    # Lists in the form of the published ones.
    nodes = "sn,cpu_milli,memory_mib,gpu,model\n" + "".join(
        f"openb-node-{number:04},96000,393216,{4 + number % 2 * 4},{'V100M32' if number % 3 else 'T4'}\n" for number in range(12))
    header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n"
    pods = header + "".join(
        f"openb-pod-{number:04},{4000 + number % 5 * 2000},16384,1,{(460, 1000, 250)[number % 3]},,LS,Running,"
        f"{number * 60},{number * 60 + 7200},{number * 60}\n" for number in range(60))
    (work / "openb").mkdir()
    for folder in (work, work / "openb"):
        (folder / "openb_node_list_gpu_node.csv").write_text(nodes)
        for name in ("default", "gpushare40"): (folder / f"openb_pod_list_{name}.csv").write_text(pods)
