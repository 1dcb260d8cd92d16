import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceModel
import VendorCatalog

/// One run's draws: which pods are offered in which order, and which node wins ties.
///
/// All from one seeded generator, in the order of the specification.
/// - Source: fgd.md section 3
struct LoadTuning: Sendable {
    /// Pod rows of the trace in the order offered; a row may come again.
    private(set) var order: [Int32]
    /// By node row.
    private(set) var nodeRanks: [Int32]

    /// - Parameter ratio: device milli that arrive in all, as a multiple of the fleet's.
    /// - Throws: ``TraceError`` where pods ask so little that the list would grow beyond ``InputLimits/tunedPods(of:)``.
    /// - Complexity: O(n log n) in pods and nodes.
    init(
        _ trace: Trace, workload: [WorkloadShape], seed: UInt64, ratio: Double, draws source: DrawSource
    ) throws(TraceError) {
        var draws = TuningDraws(source, seed: seed)
        draws.skip(1)
        let names = trace.pods.names
        let sorted = (0..<Int32(trace.pods.count)).sorted { left, right in
            names.withBytes(left) { one in names.withBytes(right) { one.lexicographicallyPrecedes($0) } }
        }
        var order = sorted
        draws.shuffle(&order)

        let shapes = trace.pods.shape
        func shape(_ pod: Int32) -> WorkloadShape { workload[Int(shapes[Int(pod)])] }
        func milli(_ pod: Int32) -> Int64 { Int64(shape(pod).milliPerDevice) * Int64(shape(pod).devices) }
        let capacity = trace.nodes.reduce(0) { sum, node in
            sum + node.groups.reduce(0) { $0 + Int64($1.devices) * Int64($1.cores) }
        }
        let target = ratio * Double(capacity)
        let most = InputLimits.tunedPods(of: order.count)
        var asked = order.reduce(0) { $0 + milli($1) }
        draws.draw { below in
            if Double(asked) < target && asked > 0 {
                while order.count <= most {
                    let pod = sorted[below(sorted.count)]
                    // The published rule adds what one device gives, not all of them.
                    if Double(asked + Int64(shape(pod).milliPerDevice)) > target { break }
                    asked += milli(pod)
                    order.append(pod)
                }
            } else {
                while Double(asked) > target { asked -= milli(order.remove(at: below(order.count))) }
            }
        }
        if order.count > most {
            throw TraceError(
                file: trace.metadata.name,
                problem:
                    "its \(sorted.count) pods ask too little of the devices: more than \(most) of them would have to "
                    + "come to ask for \(ratio) times the fleet; give a smaller --tune")
        }
        self.order = order
        // Ten informers draw once each before the nodes are ranked.
        draws.skip(10)

        let rows = trace.nodes.indices.sorted {
            trace.nodes[$0].name.utf8.lexicographicallyPrecedes(trace.nodes[$1].name.utf8)
        }
        let ranks = draws.permutation(rows.count)
        nodeRanks = ranks
        for (place, row) in rows.enumerated() { nodeRanks[row] = ranks[place] }
    }
}
