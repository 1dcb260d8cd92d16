import DeviceTable
import PlacementEngine
import PlacementModel

/// A node filter that a node fails, with what the pod asks and what the node has.
public struct NodeLack: Sendable, Hashable {
    public var filter: NodeFilter
    /// What the pod asks and the node lacks, in words: `zone=a`, `dedicated=batch:NoSchedule`, a resource name.
    public var subject: String
    /// Amounts in the unit of the table (CPU milli, bytes, pods, units); nil for filters without amounts.
    public var asked: Int64?
    public var free: Int64?
    public var offered: Int64?

    /// True when the node could not take the pod even if nothing ran on it.
    public var isPermanent: Bool {
        guard let asked, let offered else { return true }
        return asked > offered
    }

    /// What is missing, in thousandths of what is asked, rounded up; 1,000 for filters without amounts.
    public var shortfallMilli: Int64 {
        guard let asked, let free, asked > 0 else { return 1000 }
        let missing = Double(asked) - Double(max(free, 0))
        return Int64((missing * 1000 / Double(asked)).rounded(.up))
    }
}

extension NodeFilter {
    /// Whether the filter reads the node and the pod alone.
    fileprivate var isAboutNode: Bool {
        switch self {
        case .nodeName, .unschedulable, .nodeSelector, .nodeAffinity, .taint: true
        default: false
        }
    }
}

extension Fleet {
    /// Every node filter that keeps the class off the node, not only the first; empty exactly when
    /// ``firstFailingFilter(_:node:)`` finds none.
    ///
    /// - Complexity: O(labels asked + taints + extended resources asked)
    public func failingFilters(_ requestClass: RequestClass, node row: Int) -> [NodeLack] {
        let node = table.nodes[row]
        guard table.nodeFlags[row].contains(.alive) else { return [NodeLack(filter: .nodeName, subject: node.name)] }
        let lacks = failingConstraints(requestClass, node) + failingResources(requestClass, node, row)
        // What other pods decide; amounts that are kept for others are told by their filter alone.
        guard requestClass.podKind >= 0, let filter = firstFailingFilter(requestClass, node: row),
            !lacks.contains(where: { $0.filter == filter }), lacks.isEmpty || !filter.isAboutNode
        else { return lacks }
        return lacks + [NodeLack(filter: filter, subject: filter.word)]
    }

    private func failingConstraints(_ requestClass: RequestClass, _ node: Node) -> [NodeLack] {
        let constraints = requestClass.constraints
        var lacks: [NodeLack] = []
        if !constraints.nodeName.isEmpty && constraints.nodeName != node.name {
            lacks.append(NodeLack(filter: .nodeName, subject: constraints.nodeName))
        }
        func isTolerated(_ taint: Taint) -> Bool { constraints.tolerations.contains { $0.tolerates(taint) } }
        if node.isUnschedulable && !isTolerated(.unschedulable) {
            lacks.append(NodeLack(filter: .unschedulable, subject: "spec.unschedulable"))
        }
        for (key, value) in constraints.nodeSelector.sorted(by: { $0.key < $1.key })
        where node.metadata.labels[key] != value {
            lacks.append(NodeLack(filter: .nodeSelector, subject: "\(key)=\(value)"))
        }
        if let terms = constraints.requiredAffinity,
            !terms.contains(where: { $0.matches(labels: node.metadata.labels, nodeName: node.name) })
        {
            lacks.append(NodeLack(filter: .nodeAffinity, subject: "required node affinity"))
        }
        for taint in node.taints where taint.effect != .preferNoSchedule && !isTolerated(taint) {
            let value = taint.value.isEmpty ? "" : "=\(taint.value)"
            lacks.append(NodeLack(filter: .taint, subject: "\(taint.key)\(value):\(taint.effect.rawValue)"))
        }
        return lacks
    }

    private func failingResources(_ requestClass: RequestClass, _ node: Node, _ row: Int) -> [NodeLack] {
        let asked = requestClass.resources
        let free = table.free[row]
        var lacks: [NodeLack] = []
        func check(_ filter: NodeFilter, _ name: String, _ asked: Int64, _ free: Int64, _ offered: Int64) {
            if asked > 0 && asked > free {
                lacks.append(NodeLack(filter: filter, subject: name, asked: asked, free: free, offered: offered))
            }
        }
        func offered(_ name: String) -> Int64 { node.allocatable[name]?.amount(OfferedAmount.self).value ?? .max }
        if asked.pods > free.pods {
            lacks.append(
                NodeLack(
                    filter: .pods, subject: "pods", asked: asked.pods, free: free.pods, offered: offered("pods")))
        }
        check(
            .cpu, "cpu", asked.cpuMilli, free.cpuMilli,
            node.allocatable["cpu"]?.amount(CPUMilli.self, inThousandths: true).value ?? .max)
        check(.memory, "memory", asked.memoryBytes, free.memoryBytes, offered("memory"))
        check(
            .ephemeralStorage, "ephemeral-storage", asked.ephemeralBytes, free.ephemeralBytes,
            offered("ephemeral-storage"))
        for (resource, amount) in requestClass.extended {
            let name = table.resources[resource]
            check(
                .extendedResource, name, amount, table.extendedFree(of: resource, node: row),
                node.allocatable[name]?.amount(OfferedAmount.self).value ?? 0)
        }
        return lacks
    }
}
