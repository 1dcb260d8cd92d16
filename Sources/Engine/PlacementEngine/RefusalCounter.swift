import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// How many nodes give which reason to refuse a request class.
public struct RefusalCounts: Sendable, Hashable {
    /// By raw value of ``NodeFilter``: nodes left out before devices are looked at, each for its first filter.
    public internal(set) var nodesByFilter = Array(repeating: 0, count: NodeFilter.allCases.count)
    /// By raw value of ``RejectionReason``: a node with several reasons counts under each.
    public internal(set) var nodesByReason = Array(repeating: 0, count: RejectionReason.allCases.count)
    public internal(set) var nodesWithTooFewDevices = 0
    public internal(set) var nodesWithFailedMIG = 0
    public internal(set) var nodesThatFit = 0
    /// Nodes of the fleet.
    public internal(set) var nodes = 0
    /// Of the nodes short of an extended resource: the first that is short, by symbol.
    public internal(set) var nodesByShortResource: [Symbol: Int] = [:]
    /// By raw value of ``NodeFilter``: nodes short of this resource besides the first one that they are short of.
    public internal(set) var nodesAlsoShort = Array(repeating: 0, count: NodeFilter.allCases.count)
    /// The same for extended resources, by symbol.
    public internal(set) var nodesAlsoShortOf: [Symbol: Int] = [:]
    /// Refused nodes that have no device at all; their verdict is counted like that of other nodes.
    public internal(set) var nodesWithoutDevices = 0
    private(set) var verdictWithoutDevices = NodeVerdict.fits

    /// The same without the verdicts of nodes that have no device at all.
    public var ofNodesWithDevices: RefusalCounts {
        var counts = self
        if nodesWithoutDevices > 0 { counts.add(verdictWithoutDevices, nodes: -nodesWithoutDevices) }
        return counts
    }

    mutating func noteWithoutDevices(_ verdict: NodeVerdict) {
        if verdict == .fits { return }
        nodesWithoutDevices += 1
        verdictWithoutDevices = verdict
    }

    mutating func add(_ verdict: NodeVerdict, nodes: Int = 1) {
        switch verdict {
        case .fits: nodesThatFit += nodes
        case .tooFewDevices: nodesWithTooFewDevices += nodes
        case .migAllocationFailed: nodesWithFailedMIG += nodes
        default:
            var bits = verdict.bits
            while bits != 0 {
                nodesByReason[bits.trailingZeroBitCount] += nodes
                bits &= bits - 1
            }
        }
    }
}

/// Counts the reasons of all nodes for one request class after another, each as the fleet then is.
///
/// The counts are those of the evaluator asked on every node. It is asked once for all nodes without a device of the vendors
/// wanted, and once per state where nodes of one state answer alike; plain requests are counted by a kernel.
public struct RefusalCounter: ~Copyable {
    private let cluster: Fleet
    private var evaluator: NodeEvaluator
    private var states: [VendorID: UnsafeMutablePointer<StateGroups>] = [:]
    /// Nodes that were asked for their reasons, over all classes: an exact count of work.
    public private(set) var nodesAsked = 0
    /// What the class at hand was told in each state, nil = not asked yet.
    private var verdicts: [NodeVerdict?] = []

    public init(cluster: Fleet) {
        self.cluster = cluster
        evaluator = NodeEvaluator(cluster: cluster)
    }

    deinit {
        for groups in states.values {
            groups.deinitialize(count: 1)
            groups.deallocate()
        }
    }

    /// Asks every node.
    ///
    /// - Complexity: O(nodes), plus O(devices) for each node of a plain request and each state of others
    public mutating func counts(of requestClass: RequestClass) -> RefusalCounts {
        evaluator.follow(cluster)
        var counts = RefusalCounts()
        let table = cluster.table
        let hot = table.hot
        let scan = requestClass.traits.scan
        let groups = scan == nil && requestClass.traits.answersByState ? states(of: requestClass.traits.vendor!) : nil
        if let groups {
            verdicts.removeAll(keepingCapacity: true)
            verdicts.append(contentsOf: repeatElement(nil, count: groups.pointee.stateCount))
        }
        var verdictWithoutDevices: NodeVerdict?
        nodesAsked += table.nodeRowCount
        // Most classes want nothing of nodes but resources that every node has.
        let isPlain =
            requestClass.extended.isEmpty && !requestClass.hasConstraints && requestClass.podKind < 0
            && table.constrainedNodeCount == 0
        let asked = requestClass.resources
        for node in 0..<table.nodeRowCount {
            let head = table.heads.base + node
            if !head.pointee.flags.contains(.alive) { continue }
            counts.nodes += 1
            let failing =
                isPlain
                ? Fleet.shortResource(asked, table.free.base[node])
                : cluster.firstFailingFilter(requestClass, node: node)
            if let filter = failing {
                counts.nodesByFilter[Int(filter.rawValue)] += 1
                if filter == .extendedResource, let short = cluster.shortResource(requestClass, node: node) {
                    counts.nodesByShortResource[short, default: 0] += 1
                }
                cluster.forEachFurtherLack(requestClass, node: node, after: filter) { lack in
                    switch lack {
                    case .filter(let filter): counts.nodesAlsoShort[Int(filter.rawValue)] += 1
                    case .extended(let resource): counts.nodesAlsoShortOf[resource, default: 0] += 1
                    }
                }
                continue
            }
            let verdict: NodeVerdict
            if head.pointee.words & requestClass.requestedVendors == 0 {
                verdict = verdictWithoutDevices ?? evaluator.verdict(on: node, of: requestClass)
                verdictWithoutDevices = verdict
                if head.pointee.deviceCount == 0 { counts.noteWithoutDevices(verdict) }
            } else if let scan, head.pointee.flags.contains(.plain) {
                verdict = standardRefusals(scan, hot.columns(of: node))
            } else if let groups {
                let state = groups.pointee.state(of: node)
                verdict = verdicts[state] ?? evaluator.verdict(on: node, of: requestClass)
                verdicts[state] = verdict
            } else {
                verdict = evaluator.verdict(on: node, of: requestClass)
            }
            counts.add(verdict)
        }
        return counts
    }

    private mutating func states(of vendor: VendorID) -> UnsafeMutablePointer<StateGroups> {
        if let known = states[vendor] {
            if !known.pointee.isWorn(nodes: cluster.table.nodeRowCount) {
                known.pointee.catchUp(cluster.table)
                return known
            }
            known.deinitialize(count: 1)
            known.deallocate()
        }
        let made = UnsafeMutablePointer<StateGroups>.allocate(capacity: 1)
        made.initialize(to: StateGroups(vendor: vendor))
        made.pointee.catchUp(cluster.table)
        states[vendor] = made
        return made
    }
}

extension NodeEvaluator {
    /// Tries the class on the node and tells its answer; ``failure()`` has it in full.
    mutating func verdict(on node: Int, of requestClass: RequestClass) -> NodeVerdict {
        if fits(requestClass, node: node) { return .fits }
        switch workspace.failure {
        case .nodeInsufficientDevice: return .tooFewDevices
        case .migAllocationFailed: return .migAllocationFailed
        case .deviceReasons, .none:
            var verdict = NodeVerdict.fits
            for reason in RejectionReason.allCases where countsReason(reason) { verdict.insert(reason) }
            return verdict
        }
    }
}
