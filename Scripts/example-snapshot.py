#!/usr/bin/env python3
"""Makes examples/snapshot.json: a small cluster as `kubectl get ... -o json` prints it, in which something is pending for
most of the reasons there are. Run it from the top of the repository; the file depends on this script alone."""
import json

DAY = "2026-01-14"
nodes, pods, others = [], [], []


def card(node, place, kind, slots, memory_mib, numa, cores=100):
    return {
        "id": f"GPU-{node}-{place}", "index": place, "count": slots, "devmem": memory_mib, "devcore": cores,
        "type": kind, "numa": numa, "mode": "hami-core", "health": True,
    }


def node(name, labels, cpu, memory, resources, annotations, taints=()):
    offered = {"cpu": str(cpu), "memory": memory, "pods": "110"} | {key: str(value) for key, value in resources.items()}
    spec = {"taints": list(taints)} if taints else {}
    nodes.append({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {
            "name": name, "creationTimestamp": f"{DAY}T06:00:00Z",
            "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **labels},
            "annotations": annotations,
        },
        "spec": spec,
        "status": {
            "capacity": offered, "allocatable": offered,
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    })


def gpu_node(name, zone, cards, kind, slots, memory_mib, cpu, memory, pool):
    register = [card(name, place, kind, slots, memory_mib, place * 2 // cards) for place in range(cards)]
    node(
        name, {"pool": pool, "topology.kubernetes.io/zone": zone}, cpu, memory, {"nvidia.com/gpu": cards * slots},
        {
            "hami.io/node-handshake": f"Requesting_{DAY} 07:00:00",
            "hami.io/node-nvidia-register": json.dumps(register, separators=(",", ":")),
        })


def pod(namespace, name, limits, *, on=None, devices=(), cpu="1", memory="4Gi", owner="ReplicaSet", image=None, **spec):
    """A pod; `devices` are (id, word, MiB, cores) of its one container when it runs on node `on`."""
    metadata = {
        "name": name, "namespace": namespace, "uid": f"00000000-0000-4000-8000-{len(pods):012d}",
        "creationTimestamp": f"{DAY}T07:{len(pods):02d}:00Z", "labels": {"app": name.rsplit("-", 1)[0]},
        "annotations": {},
    }
    if owner:
        metadata["ownerReferences"] = [{
            "apiVersion": "apps/v1", "kind": owner, "name": metadata["labels"]["app"], "controller": True,
            "uid": f"10000000-0000-4000-8000-{len(pods):012d}"}]
    if devices:
        text = "".join(f"{id},{word},{mib},{cores}:" for id, word, mib, cores in devices) + ";"
        metadata["annotations"] = {
            "hami.io/bind-phase": "success", "hami.io/vgpu-node": on, "hami.io/vgpu-time": "1768374000",
            "hami.io/vgpu-devices-allocated": text,
        }
    container = {
        "name": "main", "image": image or f"registry.example.com/{namespace}/{metadata['labels']['app']}:1.4",
        "args": ["--port=8080"], "env": [{"name": "TOKEN", "value": "an example of what `snapshot redact` drops"}],
        "resources": {
            "limits": {key: str(value) for key, value in limits.items()},
            "requests": {"cpu": cpu, "memory": memory},
        },
    }
    container.update(spec.pop("container", {}))
    pods.append({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": {
            "containers": [container], "schedulerName": "hami-scheduler", "restartPolicy": "Always",
            **({"nodeName": on} if on else {}), **spec},
        "status": {"phase": "Running" if on else "Pending", "qosClass": "Burstable"},
    })


def shares(node, *places, mib, cores=0):
    return [(f"GPU-{node}-{place}", "NVIDIA", mib, cores) for place in places]


def gpus(count, memory_mib=None, cores=None):
    limits = {"nvidia.com/gpu": count}
    if memory_mib: limits["nvidia.com/gpumem"] = memory_mib
    if cores: limits["nvidia.com/gpucores"] = cores
    return limits


def other(kind, namespace, name, spec, api="v1", status=None):
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    others.append({"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}
                  | ({"status": status} if status else {}))


# Nodes: three for training, three for serving, one of another vendor, and one without accelerators.
for number in (1, 2, 3):
    gpu_node(f"a100-{number}", "zone-a", 8, "NVIDIA-NVIDIA A100-SXM4-80GB", 10, 81920, 128, "1024Gi", "train")
for number in (1, 2):
    gpu_node(f"t4-{number}", "zone-b", 4, "NVIDIA-Tesla T4", 10, 15360, 96, "384Gi", "serve")
# Its device plugin advertises GPUs, but has registered none with HAMi.
node("t4-3", {"pool": "serve", "topology.kubernetes.io/zone": "zone-b"}, 96, "384Gi", {"nvidia.com/gpu": 40}, {})
node(
    "npu-1", {"pool": "train", "topology.kubernetes.io/zone": "zone-a"}, 192, "1536Gi", {"huawei.com/Ascend910B3": 8},
    {"hami.io/node-register-Ascend910B3": json.dumps([
        {"id": f"NPU-{place}", "index": place, "count": 4, "devmem": 65536, "devcore": 20, "type": "Ascend910B3",
         "numa": place // 4, "mode": "", "health": True} for place in range(8)], separators=(",", ":"))})
node("cpu-1", {"pool": "general", "topology.kubernetes.io/zone": "zone-b"}, 64, "256Gi", {}, {})

# HAMi itself.
pod("kube-system", "hami-scheduler-0", {}, on="cpu-1", image="projecthami/hami:v2.10.0")
for name in [entry["metadata"]["name"] for entry in nodes if "nvidia.com/gpu" in entry["status"]["capacity"]]:
    pod("kube-system", f"hami-device-plugin-{name}", {}, on=name, owner="DaemonSet", cpu="100m", memory="200Mi",
        image="projecthami/hami:v2.10.0")

# What runs.
whole = {"mib": 81920, "cores": 100}
pod("research", "pretrain-0", gpus(8), on="a100-1", devices=shares("a100-1", *range(8), **whole), cpu="64",
    memory="512Gi", owner="StatefulSet")
pod("research", "finetune-0", gpus(4), on="a100-2", devices=shares("a100-2", 0, 1, 2, 3, **whole), cpu="32",
    memory="256Gi", owner="Job")
for number, place in enumerate((4, 5, 6)):
    pod("serving", f"chat-{number}", gpus(1, 20000, 30), on="a100-2", cpu="8", memory="32Gi",
        devices=shares("a100-2", place, mib=20000, cores=30))
pod("serving", "rag-0", gpus(1, 40000, 50), on="a100-3", devices=shares("a100-3", 0, mib=40000, cores=50), cpu="8",
    memory="64Gi")
pod("research", "notebook-0", gpus(1, 10000), on="a100-3", devices=shares("a100-3", 1, mib=10000), owner=None)
for number in range(6):
    name, place = f"t4-{number % 2 + 1}", number // 2
    pod("serving", f"embed-{number}", gpus(1, 6000, 40), on=name, devices=shares(name, place, mib=6000, cores=40),
        cpu="4", memory="16Gi")
pod("students", "lab-0", gpus(1, 12000), on="t4-2", devices=shares("t4-2", 3, mib=12000), owner=None)
pod("batch", "vision-0", {"huawei.com/Ascend910B3": 2}, on="npu-1", owner="Job", cpu="16", memory="128Gi",
    devices=[(f"NPU-{place}", "Ascend910B3", 65536, 20) for place in (0, 1)])
pod("default", "web-0", {}, on="cpu-1", cpu="2")

# What waits: some have a place, the others each another reason.
pod("serving", "chat-3", gpus(1, 20000, 30), cpu="8", memory="32Gi")
pod("serving", "embed-6", gpus(1, 6000, 40), cpu="4", memory="16Gi")
pod("batch", "vision-1", {"huawei.com/Ascend910B3": 1, "huawei.com/Ascend910B3-memory": 16384}, owner="Job", cpu="8",
    memory="64Gi")
pod("research", "train-llm", gpus(8), owner="Job", cpu="32", memory="200Gi")
pod("research", "eval-0", gpus(2, 120000), owner="Job", cpu="16", memory="64Gi")
pod("serving", "ocr-0", {"nvidia.com/gpu": 1, "nvidia.com/gpumen": 8000}, cpu="4", memory="16Gi")
pod("serving", "debug-0", gpus(1), owner=None, container={"securityContext": {"privileged": True}})
pod("students", "lab-1", gpus(1, 8000), owner=None)

for name in ("batch", "default", "kube-system", "research", "serving", "students"): other("Namespace", None, name, {})
other("ResourceQuota", "students", "gpus", {"hard": {"limits.nvidia.com/gpumem": "16000"}},
      status={"hard": {"limits.nvidia.com/gpumem": "16000"}})
other("PodDisruptionBudget", "serving", "embed",
      {"minAvailable": 5, "selector": {"matchLabels": {"app": "embed"}}}, api="policy/v1",
      status={"disruptionsAllowed": 1, "currentHealthy": 6, "desiredHealthy": 5, "expectedPods": 6})

with open("examples/snapshot.json", "w") as file:
    json.dump({"apiVersion": "v1", "kind": "List", "items": nodes + pods + others}, file, indent=2)
    file.write("\n")
