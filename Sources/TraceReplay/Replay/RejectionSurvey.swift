import PlacementEngine
import PlacementModel

/// Why the nodes of a fleet refuse a request class in the fleet's present state.
public struct RejectionSurvey: Sendable, Hashable {
    /// Nodes by reason word; a node with several reasons counts under each.
    public var nodesByReason: [String: Int] = [:]
    /// The word that stands for the class in summaries, see ``init(of:cluster:evaluator:)``.
    public var leadingReason: String

    /// A class that cannot be asked for at all.
    init(problem: String) {
        leadingReason = problem
    }

    /// Asks every node once.
    ///
    /// The leading reason is the one that most nodes give, among those nodes that came closest: nodes with suitable devices
    /// or short of CPU, memory or pods come before nodes without enough devices of the kind (`NodeInsufficientDevice`),
    /// and those before nodes that selectors and taints exclude. Among equals the first in byte order leads.
    /// - Complexity: O(nodes x devices)
    init(of requestClass: RequestClass, cluster: Cluster, evaluator: inout NodeEvaluator) {
        var countsByRank: [[String: Int]] = [[:], [:], [:]]
        var nodesByReason: [String: Int] = [:]
        func count(_ failure: NodeFailure, nodes: Int) {
            for word in failure.words {
                nodesByReason[word, default: 0] += nodes
                countsByRank[failure.closeness][word, default: 0] += nodes
            }
        }
        // Most nodes of a full fleet give one of these, so they are counted before they are worded.
        var nodesByFilter = Array(repeating: 0, count: NodeFilter.allCases.count)
        var nodesWithoutDevices = 0
        for node in 0..<cluster.table.nodeRowCount {
            if let filter = cluster.firstFailingFilter(requestClass, node: node) {
                nodesByFilter[Int(filter.rawValue)] += 1
            } else if !evaluator.fits(requestClass, node: node) {
                let failure = evaluator.failure()
                if failure == .nodeInsufficientDevice {
                    nodesWithoutDevices += 1
                } else {
                    count(failure, nodes: 1)
                }
            }
        }
        for filter in NodeFilter.allCases where nodesByFilter[Int(filter.rawValue)] > 0 {
            count(.filter(filter), nodes: nodesByFilter[Int(filter.rawValue)])
        }
        if nodesWithoutDevices > 0 { count(.nodeInsufficientDevice, nodes: nodesWithoutDevices) }
        self.nodesByReason = nodesByReason
        let closest = countsByRank.last { !$0.isEmpty } ?? [:]
        let leading = closest.min { ($1.value, $0.key) < ($0.value, $1.key) }
        leadingReason = leading?.key ?? (cluster.table.nodeRowCount == 0 ? "no nodes" : Self.fitsAtEnd)
    }

    /// Surveys of the distinct classes in a list, by class id.
    ///
    /// - Complexity: O(classes x nodes x devices), classes side by side
    static func surveys(
        of requestClasses: [RequestClass], cluster: Cluster, _ parallelism: Parallelism
    ) -> [Int: RejectionSurvey] {
        let distinct = Dictionary(requestClasses.map { ($0.id, $0) }) { first, _ in first }.values.map { $0 }
        let surveys = UnsafeMutablePointer<RejectionSurvey>.allocate(capacity: distinct.count)
        defer {
            surveys.deinitialize(count: distinct.count)
            surveys.deallocate()
        }
        // Threads only read the cluster, and each writes the surveys of its own chunk.
        nonisolated(unsafe) let (fleet, classes, output) = (cluster, distinct, surveys)
        Parallel.forEachChunk(of: 0..<distinct.count, minimum: 1, parallelism) { _, chunk in
            var evaluator = NodeEvaluator(cluster: fleet)
            for place in chunk {
                (output + place).initialize(
                    to: RejectionSurvey(of: classes[place], cluster: fleet, evaluator: &evaluator))
            }
        }
        return Dictionary(uniqueKeysWithValues: distinct.indices.map { (distinct[$0].id, surveys[$0]) })
    }

    /// The class was refused when it was offered and would fit now, after pods left.
    static let fitsAtEnd = "fits at the end of the run"
}

extension NodeFailure {
    /// How close the node came to taking the pod, 0 to 2.
    fileprivate var closeness: Int {
        switch self {
        case .filter(.cpu), .filter(.memory), .filter(.ephemeralStorage), .filter(.pods), .devices,
            .migAllocationFailed:
            2
        case .nodeInsufficientDevice, .filter(.extendedResource): 1
        case .filter: 0
        }
    }
}
