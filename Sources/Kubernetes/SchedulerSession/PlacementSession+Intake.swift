import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// What a session finds out about its input while it sets the fleet up.
extension PlacementSession {
    /// Registers that could not be read, ids that stand twice, amounts no node can offer.
    public static func problems(
        of registration: Fleet.Registration, _ entry: PlacementInput.SourcedNode, in cluster: Fleet
    ) -> [InputProblem] {
        func problem(_ field: String, _ message: String) -> InputProblem {
            InputProblem(source: entry.source, object: "Node \(entry.node.name)", field: field, message: message)
        }
        var problems = registration.problems.map { word, error in
            let key = cluster.catalog.id(ofWord: word).map { cluster.catalog[$0].annotations.register } ?? ""
            let field = key.isEmpty ? "" : "metadata.annotations[\(key.debugDescription)]"
            return problem(field, "\(error.message); the node's \(word) devices are left out")
        }
        var ids = Set<String>()
        for device in cluster.table.devices(of: registration.row) {
            let id = cluster.table.records[device].id
            if !ids.insert(id).inserted {
                problems.append(problem("device \(id)", "the id stands twice; what one holds is counted on both"))
            }
        }
        for (name, quantity) in entry.node.allocatable.sorted(by: { $0.key < $1.key }) where quantity.sign < 0 {
            let field = "status.allocatable[\(name.debugDescription)]"
            problems.append(problem(field, "\(quantity) is negative; the node has nothing to offer of it"))
        }
        return problems
    }

    /// Charges a pod that has its node already.
    func restore(_ entry: PlacementInput.SourcedPod) {
        switch cluster.restore(entry.pod, parser: parser, countsNodeResources: true) {
        case .resident:
            residentPods += 1
            reportUncountedDevices(entry)
            reportUnknownDevices(entry)
        case .ignored: break
        case .malformed(let annotation):
            refusedPods += 1
            addProblem(
                "the allocation cannot be read; what the pod holds is not counted",
                field: "metadata.annotations[\(annotation.debugDescription)]", of: entry)
        case .unknownNode(let node):
            refusedPods += 1
            addProblem("it runs on \(node), which is not in the fleet; it is not counted", field: "", of: entry)
        }
    }

    /// A bound pod that asks for devices but does not say which it has.
    private func reportUncountedDevices(_ entry: PlacementInput.SourcedPod) {
        guard entry.pod.metadata.annotations[SchedulerAnnotations.assignedNode] == nil,
            !cluster.catalog.requests(of: entry.pod, state: cluster.state).allSatisfy(\.isEmpty)
        else { return }
        addProblem(
            "it runs on \(entry.pod.nodeName) and asks for devices, but no annotation says which; they are "
                + "not counted", field: "", of: entry)
    }

    /// Devices that an allocation names but the pod's node does not have.
    private func reportUnknownDevices(_ entry: PlacementInput.SourcedPod) {
        let annotations = entry.pod.metadata.annotations
        guard !entry.pod.isTerminating, let name = annotations[SchedulerAnnotations.assignedNode],
            let node = cluster.table.node(named: name)
        else { return }
        let known = Set(cluster.table.devices(of: node).map { cluster.table.uuid[$0] })
        for vendor in cluster.catalog.ids {
            let key = cluster.catalog[vendor].annotations.allocated
            guard let text = annotations[key], let containers = AllocationText.decode(text) else { continue }
            let missing = containers.joined().map(\.uuid).filter { id in
                cluster.table.symbols.symbol(of: id).map { !known.contains($0) } ?? true
            }
            if missing.isEmpty { continue }
            addProblem(
                "it holds \(missing.joined(separator: ", ")), which \(name) does not have; that is not counted",
                field: "metadata.annotations[\(key.debugDescription)]", of: entry)
        }
    }

    func addProblem(_ message: String, field: String, of entry: PlacementInput.SourcedPod) {
        problems.append(
            InputProblem(source: entry.source, object: "Pod \(entry.pod.fullName)", field: field, message: message))
    }
}
