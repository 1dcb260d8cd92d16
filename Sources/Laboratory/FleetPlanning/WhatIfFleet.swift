import BulkJSON
import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import PlacementPolicies
import SchedulerSession
import TraceModel
import VendorCatalog

/// A fleet with running and pending pods, from a snapshot or a trace, in a form that can be built again with other nodes.
public struct WhatIfFleet {
    struct Member {
        var node: Node
        var records: [(vendor: VendorID, record: DeviceRecord)]
        var cordoned: Set<String> = []
    }

    struct RunningPod {
        var name: String
        var node: String
        var asked: Pod
    }

    struct PendingPod {
        var name: String
        var asked: Pod
    }

    /// What a fleet from a cluster is made of; its pods are charged, admitted and asked for as `berth place` does.
    struct Snapshot {
        var input: PlacementInput
        var options: PlacementOptions
    }

    var members: [Member] = []
    var snapshot: Snapshot?
    /// Of a trace: pods that run from the start, with devices that are chosen on their node, and all others.
    var running: [RunningPod] = []
    var pending: [PendingPod] = []
    /// What a fleet from a cluster was made of.
    var input: PlacementInput? { snapshot?.input }
    let catalog: VendorCatalog
    var defaults: SchedulingDefaults
    /// Who chooses nodes; nil = HAMi's scores. What it draws follows the seed.
    let policy: PlacementPolicy?
    let seed: UInt64
    /// Of a trace: what its pods ask most often, in thousandths.
    private(set) var typicalPods = TypicalPods(counts: [:])

    /// A snapshot's nodes, running pods and pending pods; finished pods are left out.
    public init(
        _ input: PlacementInput, profile: CompatibilityProfile = .hami2_10_0, policy: PlacementPolicy? = nil,
        seed: UInt64 = 0, admits: Bool = true, now: WallClock, defaults: SchedulingDefaults, catalog: VendorCatalog
    ) {
        self.catalog = catalog
        self.defaults = defaults
        self.policy = policy
        self.seed = seed
        let cluster = Fleet(catalog: catalog, profile: profile, order: .asRegistered, parser: JSONParser())
        for entry in input.nodes {
            let registration = cluster.register(entry.node, now: now)
            let devices = cluster.table.devices(of: registration.row)
            members.append(
                Member(
                    node: entry.node,
                    records: devices.map { (VendorID(Int(cluster.table.vendor[$0])), cluster.table.records[$0]) },
                    cordoned: Set(
                        devices.filter { cluster.table.flags[$0].contains(.cordoned) }
                            .map { cluster.table.records[$0].id })))
        }
        snapshot = Snapshot(
            input: input,
            options: PlacementOptions(
                profile: profile, defaults: defaults, policy: policy, seed: seed, admits: admits, now: now))
    }

    /// A trace's nodes, the pods that run from the start, and all others as pending.
    public init(
        _ trace: Trace, policy: PlacementPolicy? = nil, seed: UInt64 = 0, defaults: SchedulingDefaults,
        catalog: VendorCatalog
    ) throws(TraceError) {
        self.catalog = catalog
        self.defaults = defaults
        self.policy = policy
        self.seed = seed
        if policy != nil { typicalPods = trace.typicalPods(catalog: catalog) }
        for node in trace.nodes {
            members.append(Member(node: node.kubernetesNode, records: try node.deviceRecords(catalog: catalog)))
        }
        for row in 0..<trace.pods.count {
            let pod = trace.pods.pod(of: trace.pods.shapes[Int(trace.pods.shape[row])])
            let home = Int(trace.pods.placedOn[row])
            if home < 0 {
                pending.append(PendingPod(name: trace.pods.name(row), asked: pod))
            } else {
                running.append(
                    RunningPod(name: trace.pods.name(row), node: trace.nodes[home].name, asked: pod))
            }
        }
    }

    /// The pod as its owner wrote it, as far as that can be told.
    static func unplaced(_ pod: Pod, _ catalog: VendorCatalog) -> Pod {
        var pod = pod
        pod.nodeName = ""
        var written: Set = [SchedulerAnnotations.assignedNode, SchedulerAnnotations.assignedTime]
        for vendor in catalog.vendors {
            written.formUnion([vendor.annotations.allocated, vendor.annotations.toAllocate])
        }
        pod.metadata.annotations = pod.metadata.annotations.filter { !written.contains($0.key) }
        return pod
    }

    /// Names of the nodes that a selector chooses.
    public func nodes(matching selector: LabelSelector) -> [String] {
        members.filter { selector.matches($0.node.metadata.labels) }.map(\.node.name)
    }

    public func hasNode(_ name: String) -> Bool { members.contains { $0.node.name == name } }

    /// What is said of a node that is none, or of a selector that chooses none: names that are near.
    ///
    /// - Complexity: O(nodes x labels)
    public func hint(forNode name: String) -> String {
        let meant = NearestName(members.map(\.node.name)).suggestion(for: name)
        return "is no node of the fleet" + (meant.map { "; did you mean \($0)?" } ?? "")
    }

    public func hint(forSelector text: String) -> String {
        let key = String(text.drop { $0 == "!" }.prefix { !"=!, ".contains($0) })
        var values: [String: Set<String>] = [:]
        for member in members {
            for (label, value) in member.node.metadata.labels { values[label, default: []].insert(value) }
        }
        func told(_ label: String) -> String {
            let list = (values[label] ?? []).sorted()
            return list.prefix(5).joined(separator: ", ") + (list.count > 5 ? ", ..." : "")
        }
        let chooses = "chooses no node of the fleet"
        if values[key] != nil { return "\(chooses); \(key) is \(told(key))" }
        let near = values.keys.filter { $0.hasSuffix("/" + key) }.min() ?? NearestName(values.keys).suggestion(for: key)
        if let near { return "\(chooses): none has the label \(key); did you mean \(near) (\(told(near)))?" }
        return "\(chooses): none has the label \(key)"
    }

    /// Reads descriptions of nodes in terms of this fleet; see ``NodeDescription``.
    ///
    /// - Complexity: O(devices) once, then O(models) each.
    public func describeNodes(_ texts: [String]) throws(NodeDescriptionError) -> [NodeDescription] {
        let nodes = traceNodes
        let models = DeviceModelIndex(nodes.flatMap { node in node.groups.map { ($0, 1) } }, catalog: catalog)
        var made: [NodeDescription] = []
        for text in texts { made.append(try NodeDescription(text, fleet: nodes, models: models)) }
        return made
    }

    /// The members as rows of a trace, equal devices in a row as one group.
    private var traceNodes: [TraceNode] {
        members.map { member in
            var node = TraceNode(
                name: member.node.name,
                cpuMilli: member.node.allocatable["cpu"]?.amount(CPUMilli.self, inThousandths: true).value
                    ?? CPUMilli.range.upperBound,
                memoryMiB: member.node.allocatable["memory"].map { $0.amount(OfferedAmount.self).value >> 20 }
                    ?? MemoryMiB.range.upperBound,
                podsMax: member.node.allocatable["pods"]?.amount(PodCount.self).value ?? PodCount.range.upperBound,
                labels: member.node.metadata.labels, taints: member.node.taints)
            for (vendor, record) in member.records {
                // Devices in thousandths carry their model as the mode.
                let word = catalog[vendor].commonWord
                let model = word == VendorCatalog.milliWord ? record.mode : record.type
                if let last = node.groups.last, last.vendor == word, last.model == model, last.slots == record.slots,
                    last.memoryMiB == record.memoryMiB, last.cores == record.cores
                {
                    node.groups[node.groups.count - 1].devices += 1
                    node.groups[node.groups.count - 1].numaNodes = max(last.numaNodes, record.numa + 1)
                } else {
                    node.groups.append(
                        TraceDeviceGroup(
                            vendor: word, model: model, devices: 1, slots: record.slots, memoryMiB: record.memoryMiB,
                            cores: record.cores))
                }
            }
            return node
        }
    }
}
