import DeviceTable
import PlacementModel

/// The node filters of kube-scheduler that a batch scheduler needs before it looks at devices.
extension Fleet {
    /// The first filter that keeps the class off the node, or nil.
    ///
    /// - Complexity: O(1) without selectors, taints and rules over other pods.
    public func firstFailingFilter(_ requestClass: RequestClass, node row: Int) -> NodeFilter? {
        guard table.heads.base[row].flags.contains(.alive) else { return .nodeName }
        if let filter = failingConstraint(requestClass, node: row) { return filter }
        let rule = requestClass.podKind < 0 ? nil : podRules?.refusal(requestClass.podKind, node: row)
        if rule == .hostPorts { return rule }
        if let kept = keptRoom(from: requestClass, node: row) {
            return failingResource(requestClass, node: row, keeping: kept) ?? rule
        }
        return failingResource(requestClass, node: row) ?? rule
    }

    /// Filters over what the node is; they change only when the node object changes.
    func failingConstraint(_ requestClass: RequestClass, node row: Int) -> NodeFilter? {
        if !requestClass.hasConstraints && table.constrainedNodeCount == 0 { return nil }
        let node = table.nodes[row]
        let constraints = requestClass.constraints
        if requestClass.hasConstraints {
            if !constraints.nodeName.isEmpty && constraints.nodeName != node.name { return .nodeName }
        }
        if node.isUnschedulable && !constraints.tolerations.contains(where: { $0.tolerates(.unschedulable) }) {
            return .unschedulable
        }
        if requestClass.hasConstraints {
            for (key, value) in constraints.nodeSelector where node.metadata.labels[key] != value {
                return .nodeSelector
            }
            if let terms = constraints.requiredAffinity,
                !terms.contains(where: { $0.matches(labels: node.metadata.labels, nodeName: node.name) })
            {
                return .nodeAffinity
            }
        }
        for taint in node.taints where taint.effect != .preferNoSchedule {
            if !constraints.tolerations.contains(where: { $0.tolerates(taint) }) { return .taint }
        }
        return nil
    }

    /// The first extended resource of which the node has too little left.
    public func shortResource(_ requestClass: RequestClass, node row: Int) -> Symbol? {
        let kept = keptRoom(from: requestClass, node: row)
        return requestClass.extended.first {
            $0.amount > 0 && $0.amount > extendedFree(of: $0.resource, node: row, keeping: kept)
        }?.resource
    }

    private func extendedFree(of resource: Symbol, node row: Int, keeping kept: NodeDemand?) -> Int64 {
        // At least minus 2^61 is free, and at most as much is kept, see NodeResources.heldMax.
        table.extendedFree(of: resource, node: row) - (kept?.extended[resource] ?? 0)
    }

    /// The same as ``failingResource(_:node:)`` where room is kept for others.
    func failingResource(_ requestClass: RequestClass, node row: Int, keeping kept: NodeDemand) -> NodeFilter? {
        if let filter = Self.shortResource(requestClass.resources, kept.taken(from: table.free.base[row])) {
            return filter
        }
        let isShort = requestClass.extended.contains {
            $0.amount > 0 && $0.amount > extendedFree(of: $0.resource, node: row, keeping: kept)
        }
        return isShort ? .extendedResource : nil
    }

    /// Filters over what the node has left. A resource that is not asked is not checked.
    @inline(__always)
    func failingResource(_ requestClass: RequestClass, node row: Int) -> NodeFilter? {
        if let filter = Self.shortResource(requestClass.resources, table.free.base[row]) { return filter }
        for (resource, amount) in requestClass.extended
        where amount > 0 && amount > table.extendedFree(of: resource, node: row) {
            return .extendedResource
        }
        return nil
    }

    /// The first of the resources that every node has of which too little is left.
    @inline(__always)
    static func shortResource(_ asked: NodeResources, _ free: NodeResources) -> NodeFilter? {
        if asked.pods > free.pods { return .pods }
        if asked.cpuMilli > 0 && asked.cpuMilli > free.cpuMilli { return .cpu }
        if asked.memoryBytes > 0 && asked.memoryBytes > free.memoryBytes { return .memory }
        if asked.ephemeralBytes > 0 && asked.ephemeralBytes > free.ephemeralBytes { return .ephemeralStorage }
        return nil
    }

    /// A resource that a node is short of besides the first one.
    public enum FurtherLack {
        case filter(NodeFilter)
        case extended(Symbol)
    }

    /// Every further resource that the node is short of, in the order in which kube-scheduler checks and names them.
    ///
    /// - Parameter first: the filter that keeps the class off the node; filters over what the node is end the check.
    public func forEachFurtherLack(
        _ requestClass: RequestClass, node row: Int, after first: NodeFilter, _ body: (FurtherLack) -> Void
    ) {
        let kept = keptRoom(from: requestClass, node: row)
        let free = kept?.taken(from: table.free.base[row]) ?? table.free.base[row]
        let asked = requestClass.resources
        let order: [(NodeFilter, Bool)] = [
            (.pods, asked.pods > free.pods), (.cpu, asked.cpuMilli > 0 && asked.cpuMilli > free.cpuMilli),
            (.memory, asked.memoryBytes > 0 && asked.memoryBytes > free.memoryBytes),
            (.ephemeralStorage, asked.ephemeralBytes > 0 && asked.ephemeralBytes > free.ephemeralBytes),
        ]
        guard let place = order.firstIndex(where: { $0.0 == first }) ?? (first == .extendedResource ? order.count : nil)
        else { return }
        for (filter, isShort) in order.dropFirst(place + 1) where isShort { body(.filter(filter)) }
        let known = first == .extendedResource ? shortResource(requestClass, node: row) : nil
        for (resource, amount) in requestClass.extended
        where amount > 0 && resource != known && amount > extendedFree(of: resource, node: row, keeping: kept) {
            body(.extended(resource))
        }
    }
}
