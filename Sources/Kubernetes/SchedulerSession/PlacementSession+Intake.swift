import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// What a session finds out about its input while it sets the fleet up.
extension PlacementSession {
    /// Registers that could not be read or are not used, ids that stand twice, amounts no node can offer.
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
        problems += registration.notes.map { word, note in
            let key = cluster.catalog.id(ofWord: word).map { cluster.catalog[$0].annotations.register } ?? ""
            return problem(key.isEmpty ? "" : "metadata.annotations[\(key.debugDescription)]", note)
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
        let charge = cluster.restore(entry.pod)
        if charge.residents.isEmpty { refusedPods += 1 } else { residentPods += 1 }
        running.append(RunningPod(entry: entry, residents: charge.residents))
        for (message, field) in Self.problems(of: charge, entry.pod, in: cluster) {
            addProblem(message, field: field, of: entry)
        }
    }

    /// Nodes whose pods hold more than there is: nothing is dropped, and nothing more goes there.
    func overcommitments(_ nodes: [PlacementInput.SourcedNode]) -> [InputProblem] {
        var problems: [InputProblem] = []
        let table = cluster.table
        for (row, entry) in nodes.enumerated() {
            func note(_ field: String, _ message: String) {
                problems.append(
                    InputProblem(
                        source: entry.source, object: "Node \(entry.node.name)", field: field, message: message))
            }
            let free = table.free[row]
            for (name, left, unit) in [
                ("cpu", free.cpuMilli, "thousandths of a CPU"), ("memory", free.memoryBytes, "bytes"),
                ("ephemeral-storage", free.ephemeralBytes, "bytes"), ("pods", free.pods, "pods"),
            ] where left < 0 && entry.node.allocatable[name] != nil {
                note(
                    "status.allocatable[\(name.debugDescription)]",
                    "the pods that run hold \(-left) \(unit) more than there is; all of them count")
            }
            // Some device types let slots and cores pass, and so do cards cut by MIG.
            for device in table.devices(of: row)
            where table.usedMemoryMiB[device] > table.totalMemoryMiB[device] && table.records[device].mode != "mig" {
                note(
                    "device \(table.records[device].id)",
                    "the pods that run hold \(table.usedMemoryMiB[device]) of \(table.totalMemoryMiB[device]) MiB; all of "
                        + "them count")
            }
        }
        return problems
    }

    /// What the reader should know of a running pod that was charged: parts of it that could not be, and homes that differ.
    static func problems(
        of charge: Fleet.PodCharge, _ pod: Pod, in cluster: Fleet
    ) -> [(message: String, field: String)] {
        var problems: [(String, String)] = []
        func annotation(_ key: String) -> String { "metadata.annotations[\(key.debugDescription)]" }
        let assigned = pod.metadata.annotations[SchedulerAnnotations.assignedNode]
        if case .unknownNode(let node) = charge.resources {
            let rest = charge.residents.isEmpty ? "it is not counted" : "only its devices are counted"
            problems.append(("it runs on \(node), which is not in the fleet; \(rest)", "spec.nodeName"))
        }
        switch charge.devices {
        case .malformed(let key):
            problems.append(("the allocation cannot be read; the devices it holds are not counted", annotation(key)))
        case .unknownNode(let node) where node != pod.nodeName:
            problems.append(
                (
                    "\(node) is not in the fleet; the devices it holds there are not counted",
                    annotation(SchedulerAnnotations.assignedNode)
                ))
        case .resident:
            if let assigned, assigned != pod.nodeName, case .resident = charge.resources {
                problems.append(
                    (
                        "it is \(assigned), but the pod runs on \(pod.nodeName): devices count on \(assigned), CPU, "
                            + "memory and its slot on \(pod.nodeName)", annotation(SchedulerAnnotations.assignedNode)
                    ))
            }
            problems += unknownDevices(of: pod, in: cluster)
        case .ignored:
            if case .resident = charge.resources,
                !cluster.catalog.requests(of: pod, state: cluster.state).allSatisfy(\.isEmpty)
            {
                problems.append(
                    (
                        "it runs on \(pod.nodeName) and asks for devices, but no annotation says which; they are "
                            + "not counted", ""
                    ))
            }
        case .unknownNode: break
        }
        return problems
    }

    /// Devices that an allocation names but the pod's node does not have.
    private static func unknownDevices(of pod: Pod, in cluster: Fleet) -> [(message: String, field: String)] {
        let annotations = pod.metadata.annotations
        guard let name = annotations[SchedulerAnnotations.assignedNode], let node = cluster.table.node(named: name)
        else {
            return []
        }
        let known = Set(cluster.table.devices(of: node).map { cluster.table.uuid[$0] })
        return cluster.catalog.ids.compactMap { vendor in
            let key = cluster.catalog[vendor].annotations.allocated
            guard let text = annotations[key], let containers = AllocationText.decode(text) else { return nil }
            // Before 2.6, HAMi wrote `,,0,0:` for a container without devices.
            let missing = containers.joined().map(\.uuid).filter { id in
                !id.isEmpty && (cluster.table.symbols.symbol(of: id).map { !known.contains($0) } ?? true)
            }
            if missing.isEmpty { return nil }
            return (
                "it holds \(missing.joined(separator: ", ")), which \(name) does not have; that is not counted",
                "metadata.annotations[\(key.debugDescription)]"
            )
        }
    }

    /// Counts the devices that a waiting pod has from an attempt before: binding failed, or it was made with old annotations.
    func reserve(_ entry: PlacementInput.SourcedPod) {
        let ids = cluster.restore(entry.pod).residents
        if !ids.isEmpty { reservations[entry.pod.fullName] = ids }
    }

    /// Gives up what the pod had reserved before it is decided anew.
    ///
    /// - Source: hami-core.md 4.2, step 5
    func releaseReservation(of pod: Pod, into report: inout PodReport) {
        guard let ids = reservations.removeValue(forKey: pod.fullName) else { return }
        for id in ids { cluster.remove(id) }
        let node = pod.metadata.annotations[SchedulerAnnotations.assignedNode] ?? ""
        report.notes.append("it had devices reserved on \(node); they are given up, and it is decided anew")
    }

    func addProblem(_ message: String, field: String, of entry: PlacementInput.SourcedPod) {
        problems.append(
            InputProblem(source: entry.source, object: "Pod \(entry.pod.fullName)", field: field, message: message))
    }
}
