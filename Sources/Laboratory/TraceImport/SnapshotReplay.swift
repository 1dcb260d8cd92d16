import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import TraceModel
import VendorCatalog

/// A snapshot of a cluster, ready to be replayed with the decisions of `berth place`.
///
/// Fleet, running pods, admission and request classes are a ``PlacementSession``'s; nothing goes through the form of a trace, which
/// has no health, cordons, MIG, affinity, tolerations, quotas or several containers. The trace that comes with it names nodes and
/// pods, for reports and logs.
public final class SnapshotReplay: PodGate {
    public let session: PlacementSession
    private var trace: Trace
    private var asks: [Result<RequestClass, ShapeProblem>] = []
    /// By shape; keeps asks alive.
    private var queuedAsks: [PlacementSession.QueuedAsk?] = []
    private var shapes: [ShapeKey: Int32] = [:]
    /// What pods of a kind are described as, in whatever namespace.
    private var descriptions: [ObjectIdentifier: PodShape] = [:]
    /// Pods whose turn matters: their place in the queue, by row of the trace.
    private var turns: [Int32: Int] = [:]
    /// Some pod asks for devices in several containers, which a shape cannot say.
    private var hasSeveralAsking = false

    private struct ShapeKey: Hashable {
        var kind: ObjectIdentifier
        var namespace: String
    }

    /// - Throws: ``TraceError`` when not one node can be read from the files.
    /// - Complexity: O(nodes + devices + pods)
    public convenience init(
        _ files: [String], defaults: SchedulingDefaults, profile: CompatibilityProfile, admits: Bool = true,
        now: WallClock, catalog: VendorCatalog
    ) throws(TraceError) {
        let name = files[0].split(separator: "/").last.map(String.init) ?? files[0]
        self.init(
            try KubernetesImporter.input(files), name: name, defaults: defaults, profile: profile, admits: admits,
            now: now, catalog: catalog)
    }

    /// - Complexity: O(nodes + devices + pods)
    public init(
        _ input: PlacementInput, name: String, defaults: SchedulingDefaults, profile: CompatibilityProfile,
        admits: Bool = true, now: WallClock, catalog: VendorCatalog
    ) {
        session = PlacementSession(
            input, catalog: catalog,
            options: PlacementOptions(profile: profile, defaults: defaults, admits: admits, now: now))
        trace = Trace(
            metadata: TraceMetadata(
                name: name, description: "Snapshot of a cluster", origin: SnapshotCommand.text,
                licence: "as of the cluster"))
        let table = session.cluster.table
        trace.nodes = (0..<table.nodeRowCount).map { KubernetesImporter.traceNode($0, session.cluster) }
        trace.pods.reserveCapacity(input.pods.count)
    }

    /// What a replay starts from; once only, since it fills the fleet.
    public func prepare() -> PreparedTrace {
        var running: [(pod: Int32, residents: [ResidentID])] = []
        for pod in session.running {
            let node = session.cluster.table.node(named: pod.entry.pod.nodeName) ?? 0
            let row = append(pod.entry, nil, placedOn: Int32(node))
            if !pod.residents.isEmpty { running.append((row, pod.residents)) }
        }
        for (place, entry) in session.queue.enumerated() {
            let queued = session.queuedAsk(entry)
            let row = append(entry, queued, placedOn: -1)
            if session.hasTurn(entry, queued) { turns[row] = place }
        }
        return PreparedTrace(
            trace, on: session.cluster, asks: asks, running: running, runningNotCharged: session.refusedPods,
            gate: turns.isEmpty ? nil : self, describesRequests: !hasSeveralAsking)
    }

    private func append(
        _ entry: PlacementInput.SourcedPod, _ queued: PlacementSession.QueuedAsk?, placedOn node: Int32
    ) -> Int32 {
        // Pods that run are asked for no more: their shape only describes them.
        let kind = queued == nil ? entry.template.map { ObjectIdentifier($0) } : queued?.kind
        let key = kind.map { ShapeKey(kind: $0, namespace: entry.pod.metadata.namespace) }
        let shape: Int32
        if let key, let known = shapes[key] {
            shape = known
        } else {
            shape = addShape(entry.pod, queued, kind)
            if let key { shapes[key] = shape }
        }
        let row = Int32(trace.pods.count)
        var name = entry.pod.fullName
        // The reader saw to it that names are unique.
        name.withUTF8 { _ = trace.pods.append(name: $0, shapeID: shape, placedOn: node) }
        return row
    }

    private func addShape(_ pod: Pod, _ queued: PlacementSession.QueuedAsk?, _ kind: ObjectIdentifier?) -> Int32 {
        queuedAsks.append(queued)
        asks.append(
            queued?.requestClass.map { .success($0) } ?? .failure(ShapeProblem(queued?.refusal ?? "it runs")))
        var described = kind.flatMap { descriptions[$0] } ?? description(of: pod)
        if let kind { descriptions[kind] = described }
        described.namespace = trace.pods.texts.intern(pod.metadata.namespace)
        return trace.pods.addShape(described)
    }

    private func description(of pod: Pod) -> PodShape {
        let cluster = session.cluster
        let asking = (pod.initContainers + pod.containers).filter {
            !KubernetesImporter.deviceLimits(of: $0, cluster).isEmpty
        }
        if asking.count > 1 { hasSeveralAsking = true }
        return KubernetesImporter.shape(of: pod, asking.first, cluster, &trace.pods)
    }

    // MARK: PodGate

    public func concerns(_ pod: Int32) -> Bool { turns[pod] != nil }

    public func refusal(_ pod: Int32) -> String? {
        guard let place = turns[pod], let queued = queuedAsks[Int(trace.pods.shape[Int(pod)])] else { return nil }
        return session.takeTurn(session.queue[place], queued)
    }

    public func classID(of pod: Int32, _ classID: Int32) -> Int32 {
        guard turns[pod] != nil, let queued = queuedAsks[Int(trace.pods.shape[Int(pod)])],
            let requestClass = session.classInTurn(queued)
        else { return classID }
        return Int32(requestClass.id)
    }
}
