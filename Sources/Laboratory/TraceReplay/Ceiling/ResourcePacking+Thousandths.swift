import PackingBound
import PlacementEngine
import PlacementPolicies
import TraceModel
import VendorCatalog

extension ResourcePacking {
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

    /// The devices of a trace in thousandths.
    ///
    /// - Precondition: fleet and pods are in thousandths; see ``Trace/checkThousandths(_:_:policy:)``.
    /// - Complexity: linear in nodes, shapes x node kinds.
    package init(thousandthsOf trace: Trace, workload: [WorkloadShape]) {
        var nodesOfKind: [NodeKind: Int64] = [:]
        var kinds: [NodeKind] = []
        for node in trace.nodes {
            let kind = NodeKind(
                model: node.groups.first?.model, devices: node.groups.reduce(0) { $0 + $1.devices },
                cpuMilli: node.cpuMilli, memoryMiB: node.memoryMiB)
            if nodesOfKind.updateValue((nodesOfKind[kind] ?? 0) + 1, forKey: kind) == nil { kinds.append(kind) }
        }
        let device = MilliNode.deviceMilli
        let pools = kinds.map { kind in
            PackingProblem.Pool(
                nodes: nodesOfKind[kind] ?? 0, cardsPerNode: Int64(kind.devices), card: CardAmount(device),
                cpuMilli: kind.cpuMilli, memoryMiB: kind.memoryMiB)
        }
        var places: [Ask: Int] = [:]
        var classes: [PackingProblem.PodClass] = []
        var classOfShape: [Int] = []
        for (shape, asked) in zip(trace.pods.shapes, workload) {
            let ask = Ask(shape: asked, memoryMiB: shape.memoryMiB)
            if places[ask] == nil {
                places[ask] = classes.count
                classes.append(Self.podClass(ask, kinds))
            }
            classOfShape.append(places[ask] ?? 0)
        }
        self.init(
            vendor: VendorCatalog.milliWord, resource: .cores,
            total: pools.reduce(0) { $0 + $1.nodes * $1.cardsPerNode * Int64(device) }, pools: pools,
            classes: classes, classOfShape: classOfShape)
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
}
