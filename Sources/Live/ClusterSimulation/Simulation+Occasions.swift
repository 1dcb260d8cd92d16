import JSONText
import PretendCluster
import SchedulerCore

extension Simulation {
    /// Does what the plan says.
    mutating func occur(_ occasion: Occasion) {
        tell("plan", occasion.words)
        switch occasion.kind {
        case .pods(let count, let ask, let seconds):
            for _ in 0..<count {
                var pod = fleet.pod(ask: ask, runSeconds: seconds)
                pod[path: ["metadata", "name"]] = .string("pod-\(podCount)")
                podCount += 1
                _ = cluster.handle(APIRequest(.post, "/api/v1/namespaces/default/pods", body: pod, user: "human"))
            }
        case .statefulSet(let pods, let ask): startWorkload(.statefulSet, pods, ask, runSeconds: 0)
        case .job(let pods, let ask, let seconds): startWorkload(.job, pods, ask, runSeconds: seconds)
        case .podDeleted(let pick):
            if let pod = podToDelete(pick) { cluster.deletePod(pod.key, graceSeconds: nil) }
        case .eventsLate(let milliseconds):
            eachProcess(occasion) { process, time in process.lateUntil = time + Int64(milliseconds) * 1_000_000 }
        case .eventsDoubled(let count): for process in processes where process.isAlive { process.doubled += count }
        case .watchBroken(let milliseconds): breakWatches(occasion, isExpired: false, milliseconds)
        case .watchExpired(let milliseconds):
            cluster.server.compact(upTo: cluster.server.version)
            breakWatches(occasion, isExpired: true, milliseconds)
        case .writeLost, .answerLost, .writeLate, .writeConflicts, .writeThrottled, .serverError: armed.append(occasion)
        case .crash: crash(occasion)
        case .suspended(let seconds): suspend(occasion, seconds)
        default: occurInCluster(occasion)
        }
    }

    private mutating func occurInCluster(_ occasion: Occasion) {
        switch occasion.kind {
        case .lockRemoved(let pick):
            let locks = Set(fleet.plugins.flatMap { $0 }.compactMap(\.lock)).sorted()
            let locked = cluster.server.objects("nodes").filter { node in
                locks.contains { node.annotation($0) != nil }
            }
            guard !locked.isEmpty else { return }
            let node = locked[pick % locked.count]
            disturbedNodes.insert(node.name)
            for lock in locks where node.annotation(lock) != nil { cluster.removeLock(lock, of: node.name) }
            note(occasion.fault ?? "")
        case .foreignPod(let pick):
            guard let (node, plugin) = pluggedNode(pick) else { return }
            var pod = fleet.pod(ask: 0, runSeconds: 20)
            pod[path: ["metadata", "name"]] = .string("foreign-\(podCount)")
            pod[path: ["spec", "schedulerName"]] = "somebody-else"
            pod[path: ["spec", "nodeName"]] = .string(node)
            pod[path: ["spec", "containers"]] = [
                ["name": "main", "resources": ["limits": .object([plugin.countResource: "1"])]]
            ]
            podCount += 1
            disturbedNodes.insert(node)
            note(occasion.fault ?? "")
            _ = cluster.handle(APIRequest(.post, "/api/v1/namespaces/default/pods", body: pod, user: "human"))
        case .forceDeleted(let pick):
            guard let pod = podToDelete(pick, prefersAllocating: true) else { return }
            cluster.deletePod(pod.key, graceSeconds: 0)
            note(occasion.fault ?? "")
        case .nodeReborn(let pick):
            let place = pick % fleet.nodes.count
            guard !cluster.isSilent(fleet.nodes[place].name) else { return }
            disturbedNodes.insert(fleet.nodes[place].name)
            cluster.removeNode(fleet.nodes[place].name)
            agenda.add(.rejoin(node: place), at: after(milliseconds: 200, 20_000))
            note(occasion.fault ?? "")
        case .nodeSilent(let pick, let seconds):
            let name = fleet.nodes[pick % fleet.nodes.count].name
            guard !cluster.isSilent(name) else { return }
            cluster.silence(name)
            agenda.add(.wakeNode(name), at: now + Int64(seconds) * 1_000_000_000)
            note(occasion.fault ?? "")
        case .nodeFlaps(let pick, let times):
            note(occasion.fault ?? "")
            flap(fleet.nodes[pick % fleet.nodes.count].name, times)
        case .pluginFails(let pick):
            guard let (node, _) = pluggedNode(pick) else { return }
            cluster.failAllocations(1, on: node)
            note(occasion.fault ?? "")
        case .clockJumps(let seconds):
            cluster.wallSecondsAtStart += Int64(seconds)
            note(occasion.fault ?? "")
        case .storeRestored(let versions):
            let version = cluster.server.version - Int64(versions)
            guard version >= cluster.server.oldestVersion else { return }
            disturbedNodes.formUnion(fleet.nodes.map(\.name))
            cluster.restore(to: version)
            note(occasion.fault ?? "")
            for process in processes where process.isAlive {
                for kind in process.feeds.indices { breakWatch(kind, of: process, isExpired: true, milliseconds: 300) }
            }
        default: preconditionFailure("\(occasion.words) is no matter of the cluster")
        }
    }

    // MARK: Picks

    private mutating func startWorkload(_ kind: Workload.Kind, _ pods: Int, _ ask: Int, runSeconds: Int) {
        let name = "w\(cluster.workloads.count)"
        cluster.start(
            Workload(
                kind, namespace: "default", name: name, podCount: pods,
                template: fleet.pod(ask: ask, runSeconds: runSeconds)))
    }

    private func podToDelete(_ pick: Int, prefersAllocating: Bool = false) -> JSON? {
        let pods = cluster.server.objects("pods").filter { !$0.isBeingDeleted && !$0.isFinished }
        let allocating = pods.filter { $0.phase == "Pending" && !$0.nodeName.isEmpty }
        let choice = prefersAllocating && !allocating.isEmpty ? allocating : pods
        return choice.isEmpty ? nil : choice[pick % choice.count]
    }

    private func pluggedNode(_ pick: Int) -> (node: String, plugin: DevicePlugin)? {
        let places = fleet.nodes.indices.filter {
            !fleet.plugins[$0].isEmpty && !cluster.isSilent(fleet.nodes[$0].name)
        }
        guard !places.isEmpty else { return nil }
        let place = places[pick % places.count]
        return (fleet.nodes[place].name, fleet.plugins[place][0])
    }

    // MARK: Processes

    private mutating func eachProcess(_ occasion: Occasion, _ change: (SchedulerProcess, Int64) -> Void) {
        for process in processes where process.isAlive { change(process, now) }
        note(occasion.fault ?? "")
    }

    private mutating func breakWatches(_ occasion: Occasion, isExpired: Bool, _ milliseconds: Int) {
        note(occasion.fault ?? "")
        for process in processes where process.isAlive {
            for kind in process.feeds.indices where process.feeds[kind].isOpen {
                breakWatch(kind, of: process, isExpired: isExpired, milliseconds: milliseconds)
            }
        }
    }

    private mutating func crash(_ occasion: Occasion) {
        guard let process = processes.last(where: { $0.holder != nil && $0.isAlive }) else { return }
        process.isAlive = false
        note(occasion.fault ?? "")
        for kind in process.feeds.indices { process.feeds[kind].cut(&cluster) }
        agenda.add(.restart, at: after(milliseconds: 300, 3_000))
    }

    private mutating func suspend(_ occasion: Occasion, _ seconds: Int) {
        guard let process = processes.last(where: { $0.holder != nil && $0.isAlive && $0.suspendedUntil == nil }) else {
            return
        }
        let end = now + Int64(seconds) * 1_000_000_000
        process.suspendedUntil = end
        note(occasion.fault ?? "")
        agenda.add(.resume(process: process.number), at: end)
    }

    /// A node that changes twenty times a second.
    mutating func flap(_ node: String, _ left: Int) {
        guard left > 0 else { return }
        let stamp: JSON = ["metadata": ["annotations": ["pretend.berth.io/beat": .string(String(left))]]]
        _ = cluster.handle(
            APIRequest(
                .patch, "/api/v1/nodes/\(node)", body: stamp, contentType: "application/merge-patch+json", user: "other"
            ))
        agenda.add(.flap(node: node, left: left - 1), at: now + 50_000_000)
    }
}
