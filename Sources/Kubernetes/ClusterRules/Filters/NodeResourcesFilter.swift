import PlacementModel

/// Pod slots, CPU, memory, local storage and counted resources. Every resource that is short is a reason of its own.
///
/// Counts per node: sums of what its pods hold. Changes when a pod is bound, goes or is resized, and with the node object.
/// - Source: noderesources/fit.go, fitsRequest
struct NodeResourcesFilter: PodFilter {
    static let plugin = FilterPlugin.nodeResourcesFit
    let request: CountedRequest
    let scalars: [(name: String, amount: Int64)]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        let scalars = pod.request.scalars.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return .filter(Self(request: pod.request, scalars: scalars.map { ($0.key, $0.value) }))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        var reasons: [String] = []
        // Lacking more than the whole node has is nothing that evictions could repair.
        var isHopeless = false
        if Int64(node.residents.count) + 1 > node.allowedPods { reasons.append("Too many pods") }
        func compare(_ name: String, _ asked: Int64, _ used: Int64, _ allocatable: Int64) {
            let (free, overflow) = allocatable.subtractingReportingOverflow(used)
            guard asked > 0, overflow || asked > free else { return }
            reasons.append("Insufficient \(name)")
            if asked > allocatable { isHopeless = true }
        }
        compare("cpu", request.cpuMilli, node.used.cpuMilli, node.allocatable.cpuMilli)
        compare("memory", request.memoryBytes, node.used.memoryBytes, node.allocatable.memoryBytes)
        compare(
            "ephemeral-storage", request.ephemeralBytes, node.used.ephemeralBytes, node.allocatable.ephemeralBytes)
        for (name, amount) in scalars {
            compare(name, amount, node.used.scalars[name] ?? 0, node.allocatable.scalars[name] ?? 0)
        }
        if reasons.isEmpty { return .pass }
        return .reject(isHopeless ? .unresolvable : .unschedulable, reasons)
    }
}
