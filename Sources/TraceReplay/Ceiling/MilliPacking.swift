import PackingBound
import PlacementEngine
import VendorCatalog

/// A trace in thousandths of devices as a packing problem: like nodes are pools, shapes that ask the same are classes.
///
/// Labels, taints and selectors are left out, which only gives placements more freedom than they have.
struct MilliPacking: Sendable {
    /// Thousandths of all devices.
    let totalMilli: Int64
    private let pools: [PackingProblem.Pool]
    /// Without counts.
    private let classes: [PackingProblem.PodClass]
    /// Place in `classes` by pod shape.
    private let classOfShape: [Int]

    private struct NodeKind: Hashable {
        var model: String?
        var devices: Int
        var cpuMilli: Int64
        var memoryMiB: Int64
    }

    private struct Ask: Hashable {
        var shape: WorkloadShape
        var memoryMiB: Int64
    }

    /// - Precondition: fleet and pods are in thousandths; see ``Trace/checkThousandths(_:_:policy:)``.
    /// - Complexity: linear in nodes, shapes x node kinds.
    init(_ trace: Trace, workload: [WorkloadShape]) {
        var nodesOfKind: [NodeKind: Int64] = [:]
        var kinds: [NodeKind] = []
        for node in trace.nodes {
            let kind = NodeKind(
                model: node.groups.first?.model, devices: node.groups.reduce(0) { $0 + $1.devices },
                cpuMilli: node.cpuMilli, memoryMiB: node.memoryMiB)
            if nodesOfKind.updateValue((nodesOfKind[kind] ?? 0) + 1, forKey: kind) == nil { kinds.append(kind) }
        }
        let device = MilliNode.deviceMilli
        pools = kinds.map { kind in
            PackingProblem.Pool(
                nodes: nodesOfKind[kind] ?? 0, cardsPerNode: Int64(kind.devices), card: CardAmount(device),
                cpuMilli: kind.cpuMilli, memoryMiB: kind.memoryMiB)
        }
        totalMilli = pools.reduce(0) { $0 + $1.nodes * $1.cardsPerNode * Int64(device) }

        var places: [Ask: Int] = [:]
        var classes: [PackingProblem.PodClass] = []
        var classOfShape: [Int] = []
        for (shape, asked) in zip(trace.pods.shapes, workload) {
            let ask = Ask(shape: asked, memoryMiB: shape.memoryMiB)
            if let known = places[ask] {
                classOfShape.append(known)
                continue
            }
            places[ask] = classes.count
            classOfShape.append(classes.count)
            classes.append(Self.podClass(ask, kinds))
        }
        self.classes = classes
        self.classOfShape = classOfShape
    }

    private static func podClass(_ ask: Ask, _ kinds: [NodeKind]) -> PackingProblem.PodClass {
        let request = MilliRequest(
            cpuMilli: ask.shape.cpuMilli, devices: ask.shape.devices, milliPerDevice: ask.shape.milliPerDevice)
        let models = ask.shape.models.split(separator: "|")
        let allowed = kinds.indices.filter { place in
            guard request.asksForDevices else { return true }
            guard let model = kinds[place].model else { return false }
            return models.isEmpty || models.contains { $0 == model }
        }
        return PackingProblem.PodClass(
            count: 0, cpuMilli: ask.shape.cpuMilli, memoryMiB: ask.memoryMiB,
            options: allowed.map {
                PackingProblem.Option(
                    pool: $0, cards: Int64(request.devices), slice: CardAmount(request.milliPerDevice),
                    reward: Int64(request.totalMilli))
            })
    }

    /// Pods of each class among some pods of the trace.
    func counts(_ pods: some Sequence<Int32>, of trace: Trace) -> [Int64] {
        var counts = Array(repeating: Int64(0), count: classes.count)
        for pod in pods { counts[classOfShape[Int(trace.pods.shape[Int(pod)])]] += 1 }
        return counts
    }

    /// The problem of pods that have arrived; pods without devices stay out, since they may be refused.
    ///
    /// - Parameters:
    ///   - arrived: pods by class.
    ///   - required: pods that must be placed, by class; of these, pods without devices are not required.
    func problem(arrived: [Int64], required: [Int64]? = nil) -> PackingProblem {
        var problem = PackingProblem(pools: pools, classes: [])
        for (place, podClass) in classes.enumerated() where arrived[place] > 0 {
            guard podClass.options.contains(where: { $0.reward > 0 }) || podClass.options.isEmpty else { continue }
            var asked = podClass
            asked.count = arrived[place]
            asked.required = required?[place] ?? 0
            problem.classes.append(asked)
        }
        return problem
    }
}
