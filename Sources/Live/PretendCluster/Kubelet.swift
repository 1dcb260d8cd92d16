import JSONText

/// The kubelet of one node, with its device plugins.
struct Kubelet: Sendable {
    enum Stage: Sendable { case queued, admitting, running, stopping, finished }

    struct KnownPod: Sendable {
        var key: ObjectKey
        var stage: Stage
    }

    /// A pod whose devices are being asked for, container by container.
    struct Admission: Sendable {
        var uid: String
        var key: ObjectKey
        /// What is still to be asked for.
        var calls: [Allocation]
    }

    var plugins: [DevicePlugin]
    /// By uid; never iterated.
    var pods: [String: KnownPod] = [:]
    /// Pods that wait to be admitted, by uid: one after the other.
    var queue: [String] = []
    var admission: Admission?
    /// By the plugins' places: each has a client of its own.
    var buckets: [TokenBucket]
    var isSilent = false
    var silentSinceNanoseconds: Int64 = 0
    /// So many of the next calls of Allocate fail.
    var failingCalls = 0

    init(plugins: [DevicePlugin], requestsPerSecond: Int64) {
        self.plugins = plugins
        buckets = plugins.map { _ in TokenBucket(perSecond: requestsPerSecond) }
    }
}

extension PretendCluster {
    /// How long a pod runs, in seconds; without it a pod runs until somebody ends it.
    public static let runSecondsAnnotation = "pretend.berth.io/run-seconds"

    /// A node joins with its kubelet and plugins. A kubelet whose node was deleted goes on where it was: what runs there runs.
    ///
    /// - Parameters:
    ///   - node: the object, register annotations and all.
    ///   - requestsPerSecond: of each plugin's client.
    public mutating func addNode(_ node: JSON, plugins: [DevicePlugin], requestsPerSecond: Int64 = 5) {
        var node = node
        node.setCondition("Ready", "True", reason: "KubeletReady", at: now)
        if kubelets[node.name] == nil {
            kubelets[node.name] = Kubelet(plugins: plugins, requestsPerSecond: requestsPerSecond)
        }
        kubelets[node.name]?.isSilent = false
        _ = handle(APIRequest(.post, "/api/v1/nodes", body: node, user: "system"))
        tell(node.name, "joins")
        resume(node.name)
    }

    /// A node is deleted; its kubelet waits until it joins again, and what is on it is left to the controllers.
    public mutating func removeNode(_ name: String) {
        kubelets[name]?.isSilent = true
        kubelets[name]?.silentSinceNanoseconds = nanoseconds
        _ = handle(APIRequest(.delete, "/api/v1/nodes/\(name)", user: "system"))
        tell(name, "leaves")
    }

    /// The kubelet stops answering, as when the machine hangs.
    public mutating func silence(_ node: String) {
        kubelets[node]?.isSilent = true
        kubelets[node]?.silentSinceNanoseconds = nanoseconds
        tell(node, "falls silent")
    }

    /// The kubelet is back and sees what it missed.
    public mutating func wake(_ node: String) {
        guard kubelets[node]?.isSilent == true else { return }
        kubelets[node]?.isSilent = false
        tell(node, "is back")
        resume(node)
    }

    private mutating func resume(_ node: String) {
        resync(node)
        if kubelets[node]?.admission != nil { agenda.add(.allocate(node: node), at: nanoseconds) }
        admitNext(on: node)
    }

    /// So many of the next calls of Allocate on a node fail.
    public mutating func failAllocations(_ count: Int, on node: String) { kubelets[node]?.failingCalls = count }

    public func hasKubelet(_ node: String) -> Bool { kubelets[node] != nil }
    public func isSilent(_ node: String) -> Bool { kubelets[node]?.isSilent ?? false }

    /// The store goes back to an older version, as from a backup; kubelets then say again what has become of their pods, and
    /// stop those that the server has never heard of.
    ///
    /// - Precondition: the version is still remembered.
    public mutating func restore(to version: Int64) {
        server.restore(to: version)
        noticedVersion = server.version
        tell("store", "is restored to version \(version)")
        for node in kubelets.keys.sorted() {
            let isOnNode = Dictionary(
                uniqueKeysWithValues: server.objects("pods").filter { $0.nodeName == node }.map { ($0.uid, $0) })
            for (uid, known) in (kubelets[node]?.pods ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard let pod = isOnNode[uid] else {
                    if kubelets[node]?.admission?.uid != uid { kubelets[node]?.pods[uid] = nil }
                    continue
                }
                if known.stage == .finished, !pod.isFinished {
                    writeStatus(of: pod, phase: "Succeeded", state: ["terminated": ["exitCode": 0]])
                } else if known.stage == .running, pod.phase == "Pending" {
                    writeStatus(of: pod, phase: "Running", state: ["running": ["startedAt": .string(now.text)]])
                }
            }
            resync(node)
        }
    }

    /// Whether the containers of a pod have ended, whatever the server shows.
    public func hasFinished(_ uid: String, on node: String) -> Bool {
        kubelets[node]?.pods[uid]?.stage == .finished
    }

    private mutating func resync(_ node: String) {
        for pod in server.objects("pods") where pod.nodeName == node {
            schedule(.sync(node: node, pod: pod.key), milliseconds: 5, 150)
        }
    }

    /// The kubelet looks at a pod of its node.
    mutating func syncPod(_ key: ObjectKey, on node: String) {
        guard let kubelet = kubelets[node], !kubelet.isSilent else { return }
        let found = server.object("pods", namespace: key.namespace, name: key.name)
        // What was deleted by force is forgotten, but for devices that are being asked for.
        for (uid, known) in kubelet.pods where known.key == key && uid != found?.uid && uid != kubelet.admission?.uid {
            kubelets[node]?.pods[uid] = nil
        }
        guard let pod = found, pod.nodeName == node else { return }
        if pod.isBeingDeleted {
            stop(pod, on: node)
        } else if kubelet.pods[pod.uid] == nil, pod.phase == "Pending" {
            kubelets[node]?.pods[pod.uid] = Kubelet.KnownPod(key: key, stage: .queued)
            kubelets[node]?.queue.append(pod.uid)
            admitNext(on: node)
        }
    }

    /// Admits the next pod, if none is being admitted: devices are asked for one container after the other.
    mutating func admitNext(on node: String) {
        guard var kubelet = kubelets[node], !kubelet.isSilent, kubelet.admission == nil, !kubelet.queue.isEmpty else {
            return
        }
        let uid = kubelet.queue.removeFirst()
        guard let key = kubelet.pods[uid]?.key,
            let pod = server.object("pods", namespace: key.namespace, name: key.name), pod.uid == uid,
            !pod.isBeingDeleted
        else {
            kubelets[node] = kubelet
            return admitNext(on: node)
        }
        kubelet.pods[uid]?.stage = .admitting
        let calls = Self.allocations(for: pod, kubelet.plugins)
        if calls.isEmpty {
            kubelets[node] = kubelet
            schedule(.started(node: node, uid: uid), milliseconds: 100, 2_000)
            return admitNext(on: node)
        }
        kubelet.admission = Kubelet.Admission(uid: uid, key: key, calls: calls)
        kubelets[node] = kubelet
        scheduleAllocation(on: node)
    }

    private static func allocations(for pod: JSON, _ plugins: [DevicePlugin]) -> [Allocation] {
        let containers =
            (pod["spec"]?["initContainers"]?.array ?? []) + (pod["spec"]?["containers"]?.array ?? [])
        return containers.flatMap { container in
            plugins.compactMap { plugin -> Allocation? in
                let amount = container["resources"]?["limits"]?[plugin.countResource]
                let count = amount?.int64 ?? amount?.string.flatMap { Int64($0) } ?? 0
                return count > 0 ? Allocation(plugin: plugin, deviceCount: Int(count)) : nil
            }
        }
    }

    /// The containers of a pod run.
    mutating func started(_ uid: String, on node: String) {
        guard let kubelet = kubelets[node], let known = kubelet.pods[uid], known.stage == .admitting else { return }
        guard !kubelet.isSilent else {
            return agenda.add(.started(node: node, uid: uid), at: nanoseconds + 1_000_000_000)
        }
        guard let pod = server.object("pods", namespace: known.key.namespace, name: known.key.name), pod.uid == uid,
            !pod.isBeingDeleted
        else {
            // A pod that is to go is stopped by its own occurrence; one that is gone is forgotten.
            if server.object("pods", namespace: known.key.namespace, name: known.key.name)?.uid != uid {
                kubelets[node]?.pods[uid] = nil
            }
            return
        }
        kubelets[node]?.pods[uid]?.stage = .running
        writeStatus(of: pod, phase: "Running", state: ["running": ["startedAt": .string(now.text)]])
        tell(node, "runs \(known.key.text)")
        if let seconds = pod.annotation(Self.runSecondsAnnotation).flatMap({ Int64($0) }) {
            agenda.add(.finished(node: node, uid: uid), at: nanoseconds + VirtualTime.nanoseconds(seconds: seconds))
        }
    }

    /// The containers of a pod have ended by themselves.
    mutating func finished(_ uid: String, on node: String) {
        guard let kubelet = kubelets[node], let known = kubelet.pods[uid], known.stage == .running else { return }
        guard !kubelet.isSilent else {
            return agenda.add(.finished(node: node, uid: uid), at: nanoseconds + 1_000_000_000)
        }
        guard let pod = server.object("pods", namespace: known.key.namespace, name: known.key.name), pod.uid == uid
        else { return }
        kubelets[node]?.pods[uid]?.stage = .finished
        writeStatus(of: pod, phase: "Succeeded", state: ["terminated": ["exitCode": 0]])
        tell(node, "has finished \(known.key.text)")
    }

    /// A pod that could not be admitted ends at once.
    mutating func fail(_ uid: String, _ key: ObjectKey, on node: String, because why: String) {
        kubelets[node]?.pods[uid]?.stage = .finished
        guard let pod = server.object("pods", namespace: key.namespace, name: key.name), pod.uid == uid else { return }
        writeStatus(of: pod, phase: "Failed", state: nil, reason: "UnexpectedAdmissionError", message: why)
        tell(node, "could not admit \(key.text): \(why)")
    }

    private mutating func writeStatus(
        of pod: JSON, phase: String, state: JSON?, reason: String? = nil, message: String? = nil
    ) {
        var status: JSONObject = ["phase": .string(phase)]
        status["reason"] = reason.map(JSON.string)
        status["message"] = message.map(JSON.string)
        status["startTime"] = .string(now.text)
        let isReady = phase == "Running" ? "True" : "False"
        status["conditions"] = [["type": "Ready", "status": .string(isReady)]]
        if let state {
            let names = pod["spec"]?["containers"]?.array?.map { $0["name"] ?? "" } ?? []
            status["containerStatuses"] = .array(
                names.map { name in
                    ["name": name, "ready": .bool(phase == "Running"), "started": true, "state": state]
                })
        }
        ask(
            .patch, pod.key.podPath + "/status", ["metadata": ["uid": .string(pod.uid)], "status": .object(status)],
            type: "application/strategic-merge-patch+json")
    }

    /// A pod that is to go: its containers stop, then the kubelet removes it.
    private mutating func stop(_ pod: JSON, on node: String) {
        guard let known = kubelets[node]?.pods[pod.uid] else {
            kubelets[node]?.pods[pod.uid] = Kubelet.KnownPod(key: pod.key, stage: .stopping)
            return schedule(.stopped(node: node, uid: pod.uid), milliseconds: 10, 100)
        }
        guard known.stage != .stopping else { return }
        kubelets[node]?.pods[pod.uid]?.stage = .stopping
        let grace = pod["metadata"]?["deletionGracePeriodSeconds"]?.int64 ?? 0
        let most = max(20, Int(min(grace, 3)) * 1_000)
        schedule(.stopped(node: node, uid: pod.uid), milliseconds: 10, most)
    }

    mutating func stopped(_ uid: String, on node: String) {
        guard let kubelet = kubelets[node], let known = kubelet.pods[uid], known.stage == .stopping else { return }
        // Devices that are being asked for are waited for.
        guard !kubelet.isSilent, kubelet.admission?.uid != uid else {
            return agenda.add(.stopped(node: node, uid: uid), at: nanoseconds + 500_000_000)
        }
        kubelets[node]?.pods[uid] = nil
        ask(.delete, known.key.podPath, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(uid)]])
        tell(node, "has stopped \(known.key.text)")
    }
}
