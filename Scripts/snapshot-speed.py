#!/usr/bin/env python3
"""From a snapshot to decisions: times whole runs of `berth place` and `berth replay`, and what reading alone takes.

    Scripts/snapshot-speed.py [--nodes 10000] [--pods 100000] [--runs 5] [--berth FILE] [--million] [--work FOLDER]

Makes fleets A and B (docs/performance.md), exports each as one snapshot, and runs every way in turn: on the snapshot as it
is, with one ResourceQuota that names no device key, and with limits in 4 of its 100 namespaces. Prints the median of the
runs as wall and processor time with the peak memory, `bench decode` beside them, and ratios of medians of paired runs.
--million adds 1,000,000 pods on 100,000 nodes, once.
"""
import argparse
import collections
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FLEETS = {
    "A": "nvidia=4,cambricon=1,hygon=1,iluvatar=1,mthreads=1,enflame=1",
    "B": "ascend=2,kunlun=1,metax=1,awsneuron=1",
}
NAMESPACES = 100


def measured(words):
    """Wall seconds, processor seconds and peak MiB of one run."""
    start = time.monotonic()
    with open(os.devnull, "w") as nothing:
        process = subprocess.Popen(words, stdout=nothing, stderr=subprocess.PIPE)
        told = process.stderr.read().decode().strip().split("\n")[-1]
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"{' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}: {told}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def quota(name, namespace, hard):
    return {
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name, "namespace": namespace},
        "spec": {"hard": hard}}


def spread_over_namespaces(path):
    """The list with its pending pods in a hundred namespaces, and where to write more objects behind it."""
    with open(path) as file:
        whole = json.load(file)
    number = 0
    for item in whole["items"]:
        if item["kind"] == "Pod":
            item["metadata"]["namespace"] = f"team-{number % NAMESPACES}"
            number += 1
    return whole


def commonest_device_memory(whole):
    """The resource of device memory that most pods ask, and how much they ask in all."""
    asked = collections.defaultdict(list)
    for item in whole["items"]:
        for container in item["spec"].get("containers", []) if item["kind"] == "Pod" else []:
            for key, amount in container.get("resources", {}).get("limits", {}).items():
                if "/" in key and "mem" in key.lower() and "percentage" not in key.lower():
                    asked[key].append(int(str(amount).replace("k", "000")))
    key = max(asked, key=lambda key: (len(asked[key]), key))
    return key, sum(asked[key])


def write(whole, more, path):
    with open(path, "w") as file:
        json.dump({**whole, "items": more + whole["items"]}, file, separators=(",", ":"))


def make(berth, folder, fleet, nodes, pods, quotas=True):
    trace, plain = os.path.join(folder, f"trace-{fleet}"), os.path.join(folder, f"{fleet}.json")
    subprocess.run(
        [berth, "trace", "generate", "--nodes", str(nodes), "--devices-per-node", "8", "--vendors", FLEETS[fleet], "--pods",
         str(pods), "--classes", "4096", "--seed", "1", "--output", trace], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([berth, "trace", "export", trace, "--output", plain], check=True, stdout=subprocess.DEVNULL)
    if not quotas:
        return {"plain": plain}
    whole = spread_over_namespaces(plain)
    files = {}
    # Half of what the namespace's own pods ask of the commonest device memory: some are refused by it.
    key, amount = commonest_device_memory(whole)
    hard = {f"limits.{key}": str(amount // NAMESPACES // 2), "requests.cpu": "100000"}
    for name, more in [
        ("plain", []), ("one quota", [quota("cpu", "team-1", {"requests.cpu": "100000"})]),
        ("limits", [quota("devices", f"team-{number}", hard) for number in range(4)]),
    ]:
        files[name] = os.path.join(folder, f"{fleet}-{name.replace(' ', '-')}.json")
        write(whole, more, files[name])
    return files


def made(*arguments, **options):
    """What `make` makes, in a process of its own: a program started from here counts this one's memory as its peak."""
    with multiprocessing.Pool(1) as pool:
        return pool.apply(make, arguments, options)


def row(label, runs):
    wall, cpu, memory = (statistics.median(run[place] for run in runs) for place in range(3))
    print(f"| {label} | {wall:.2f} s | {cpu:.2f} s | {memory:,.0f} MiB |", flush=True)
    return wall


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--pods", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--berth", default=os.path.join(ROOT, ".build/release/berth"))
    parser.add_argument("--million", action="store_true", help="1,000,000 pods on 100,000 nodes too")
    parser.add_argument("--fleets", default="AB")
    parser.add_argument("--work", help="folder for what is made; a temporary one without it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        print(f"{options.pods:,} pods, {options.nodes:,} nodes, medians of {options.runs} runs\n")
        print(subprocess.run(
            [options.berth, "bench", "decode", "--nodes", str(options.nodes)], check=True, stdout=subprocess.PIPE
        ).stdout.decode())
        print("| way | wall | processor | peak memory |\n|---|---|---|---|")
        ratios = []
        for fleet in options.fleets:
            files = made(options.berth, folder, fleet, options.nodes, options.pods)
            ways = {
                "place": lambda file: [options.berth, "place", file, "--output", "ndjson"],
                "replay": lambda file: [options.berth, "replay", file],
            }
            for way, words in ways.items():
                runs = {name: [] for name in files}
                for _ in range(options.runs):
                    for name, file in files.items():
                        runs[name].append(measured(words(file)))
                plain = row(f"`{way}`, fleet {fleet}, {os.path.getsize(files['plain']) / 1e6:.0f} MB", runs["plain"])
                for name in list(files)[1:]:
                    row(f"the same, {name}", runs[name])
                    paired = statistics.median(
                        with_quota[1] / without[1] for with_quota, without in zip(runs[name], runs["plain"]))
                    ratios.append(f"{way} {fleet}, {name}: {paired:.2f} times the processor time of the same without")
        if options.million:
            files = made(options.berth, folder, "A", 100_000, 1_000_000, quotas=False)
            row("`place`, fleet A, 1,000,000 pods on 100,000 nodes", [
                measured([options.berth, "place", files["plain"], "--output", "ndjson"])])
        print("\n" + "\n".join(ratios))


if __name__ == "__main__":
    main()
