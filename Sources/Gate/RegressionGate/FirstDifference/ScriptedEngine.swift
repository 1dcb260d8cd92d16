import PlacementEngine
import PlacementPolicies
import TraceReplay
import VendorCatalog

/// Follows decisions that were made elsewhere, up to one pod, and hands over the state just before that one.
///
/// A logged decision names node and devices. Amounts and vendor details come from this build's own check of the node; where
/// that check picks other devices than the log says, the state is near but not exact, and ``isExact`` says so.
final class ScriptedEngine: PlacementEngine {
    let cluster: Fleet
    let name = "scripted"
    let counters = WorkCounters()
    /// Sequence numbers of the pods of the next call.
    var offered: [Int32] = []
    /// False once a step could not be retraced exactly.
    private(set) var isExact = true
    private let reference: ReferenceEngine
    private let usesMilli: Bool
    private let rows: [DecisionRow]
    private let stop: Int
    /// Nodes where the pod to stop at was placed, by either variant.
    private let chosenAtStop: [Int]
    private let capture: (RequestClass) -> Void
    private var isStopped = false
    private var lastOffer: RequestClass?
    private var devices: [Int32] = []

    /// - Parameters:
    ///   - rows: decisions to follow, by sequence number.
    ///   - stop: sequence number of the pod before which to stop.
    ///   - chosen: names of the nodes that the variants gave this pod.
    ///   - usesMilli: whether a policy over devices in thousandths decided.
    ///   - capture: gets the pod's class while the cluster is in the state before it.
    init(
        cluster: Fleet, rows: [DecisionRow], stop: Int, chosen: [String], usesMilli: Bool,
        capture: @escaping (RequestClass) -> Void
    ) {
        self.cluster = cluster
        self.rows = rows
        self.stop = stop
        self.usesMilli = usesMilli
        self.capture = capture
        chosenAtStop = chosen.compactMap { cluster.table.node(named: $0) }
        reference = ReferenceEngine(cluster: cluster)
    }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        precondition(offered.count == classIDs.count, "the replay says who is offered")
        for (place, classID) in classIDs.enumerated() {
            let outcome =
                isStopped ? .rejected : follow(Int(offered[place]), cluster.requestClass(id: Int(classID)), &result)
            result.outcomes.append(outcome)
            if clock != nil { result.latencies.append(0) }
        }
    }

    /// Hands over the state at the end if the pod was never taken where it was offered.
    func finish() {
        if !isStopped, let lastOffer { capture(lastOffer) }
    }

    private func follow(_ sequence: Int, _ requestClass: RequestClass, _ result: inout RoundResult) -> Outcome {
        if sequence == stop {
            // While a waiting pod fits neither node, both variants had to let it wait.
            lastOffer = requestClass
            if chosenAtStop.contains(where: { reference.choose(requestClass, candidates: [$0]) != nil }) {
                isStopped = true
                capture(requestClass)
            }
            return .rejected
        }
        guard sequence < rows.count, let name = rows[sequence].node, let node = cluster.table.node(named: name) else {
            return .rejected
        }
        guard reference.choose(requestClass, candidates: [node]) != nil else {
            // Parts of one device for one pod are beyond the check; the policies' own rule knows them.
            return usesMilli ? occupy(requestClass, node, rows[sequence].devices, &result) : .rejected
        }
        devices.removeAll()
        for pick in 0..<reference.evaluator.workspace.pickCount {
            devices.append(reference.evaluator.workspace.picks[pick].device)
        }
        devices.sort()
        if devices == rows[sequence].devices { return reference.commit(requestClass, into: &result) }
        if usesMilli { return occupy(requestClass, node, rows[sequence].devices, &result) }
        isExact = false
        return reference.commit(requestClass, into: &result)
    }

    private func occupy(
        _ requestClass: RequestClass, _ node: Int, _ devices: [Int32], _ result: inout RoundResult
    ) -> Outcome {
        let outcome = cluster.occupyThousandths(requestClass, row: node, devices: devices, into: &result)
        if outcome == nil { isExact = false }
        return outcome ?? .rejected
    }
}
