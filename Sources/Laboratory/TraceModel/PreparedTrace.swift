import PlacementEngine
import PlacementModel
import VendorCatalog

/// A trace whose fleet stands: its running pods are charged and its shapes have their request classes.
///
/// From a trace it is made here. A snapshot of a cluster brings its own fleet and classes, as `berth place` makes them, because a
/// trace cannot say all that a cluster does; the trace then only names and describes nodes and pods.
public struct PreparedTrace {
    public let trace: Trace
    public let cluster: Fleet
    package let classifier: ShapeClassifier
    /// Pods that run from the start, by row of the trace.
    package private(set) var running: [(pod: Int32, residents: [ResidentID])]
    /// Pods that run and could not be charged.
    package private(set) var runningNotCharged: Int
    /// Of ``running``, pods for which their node had no devices; they hold the rest.
    package private(set) var runningWithoutDevices = 0
    /// Has a word about single pods, by row of the trace.
    package let gate: (any PodGate)?
    /// Whether the shapes say all that pods ask of devices, so that ceilings can be found for them.
    package let describesRequests: Bool

    /// - Throws: ``TraceError`` when the catalogue lacks a vendor of the fleet.
    package init(
        _ trace: Trace, defaults: SchedulingDefaults, profile: CompatibilityProfile, catalog: VendorCatalog
    ) throws(TraceError) {
        self.trace = trace
        cluster = try trace.makeCluster(catalog: catalog, profile: profile)
        classifier = ShapeClassifier(trace, cluster: cluster, defaults: defaults)
        running = []
        runningNotCharged = 0
        gate = nil
        describesRequests = true
    }

    /// What was made of a cluster.
    ///
    /// - Parameter asks: by shape: class id, or why pods of the shape cannot be asked for.
    public init(
        _ trace: Trace, on cluster: Fleet, asks: [Result<RequestClass, ShapeProblem>],
        running: [(pod: Int32, residents: [ResidentID])], runningNotCharged: Int, gate: (any PodGate)?,
        describesRequests: Bool
    ) {
        self.trace = trace
        self.cluster = cluster
        classifier = ShapeClassifier(asks)
        self.running = running
        self.runningNotCharged = runningNotCharged
        self.gate = gate
        self.describesRequests = describesRequests
    }

    /// Puts the pods of a trace that hold part of the fleet from the start onto their nodes, always under HAMi's default policies,
    /// so that every run starts from the same state. What runs, runs: no node filter is asked, and where its node has no
    /// devices for a pod it holds the rest: CPU, memory and its slot.
    package mutating func placeRunning() {
        let rows = (0..<trace.pods.count).filter { trace.pods.placedOn[$0] >= 0 }
        if rows.isEmpty { return }
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: SchedulingDefaults())
        let engine = ReferenceEngine(cluster: cluster)
        var result = RoundResult()
        for pod in rows {
            let node = Int(trace.pods.placedOn[pod])
            guard let requestClass = classifier.classes[Int(trace.pods.shape[pod])] else {
                runningNotCharged += 1
                continue
            }
            guard engine.choose(requestClass, candidates: [node], filtersNodes: false) != nil else {
                runningWithoutDevices += 1
                running.append((Int32(pod), [cluster.charge(requestClass, withoutDevicesOn: node)]))
                continue
            }
            result.removeAll()
            let outcome = engine.commit(requestClass, filtersNodes: false, into: &result)
            running.append((Int32(pod), [outcome.resident]))
        }
    }
}

/// Why pods of a shape cannot be asked for.
public struct ShapeProblem: Error, Sendable, Hashable {
    public var text: String

    public init(_ text: String) { self.text = text }
}

/// Has a word about single pods of a trace, by row, just before their turn; see ``RoundGate``.
public protocol PodGate: AnyObject {
    func concerns(_ pod: Int32) -> Bool
    /// The refusal, or nil when the engine is to be asked.
    func refusal(_ pod: Int32) -> String?
    /// The class to ask for in place of the pod's own, as the fleet stands.
    func classID(of pod: Int32, _ classID: Int32) -> Int32
}
