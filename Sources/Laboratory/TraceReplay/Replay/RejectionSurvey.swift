import PlacementEngine
import PlacementModel

/// Why the nodes of a fleet refuse a request class in the fleet's present state.
public struct RejectionSurvey: Sendable, Hashable {
    /// Nodes by reason word; a node with several reasons counts under each.
    public var nodesByReason: [String: Int] = [:]
    /// The word that stands for the class in summaries, see ``init(_:)``.
    public var leadingReason: String

    /// A class that cannot be asked for at all.
    init(problem: String) {
        leadingReason = problem
    }

    /// Sums up what all nodes say.
    ///
    /// The leading reason is the one that most nodes give, among those nodes that came closest: nodes with suitable devices
    /// or short of CPU, memory or pods come before nodes without enough devices of the kind (`NodeInsufficientDevice`),
    /// and those before nodes that selectors and taints exclude. Among equals the first in byte order leads.
    package init(_ counts: RefusalCounts) {
        var countsByRank: [[String: Int]] = [[:], [:], [:]]
        func count(_ word: String, closeness: Int, nodes: Int) {
            if nodes > 0 { countsByRank[closeness][word] = nodes }
        }
        for filter in NodeFilter.allCases {
            count(filter.word, closeness: filter.closeness, nodes: counts.nodesByFilter[Int(filter.rawValue)])
        }
        for reason in RejectionReason.allCases {
            count(reason.word, closeness: 2, nodes: counts.nodesByReason[Int(reason.rawValue)])
        }
        count("NodeInsufficientDevice", closeness: 1, nodes: counts.nodesWithTooFewDevices)
        count("AddResourceUsage failed", closeness: 2, nodes: counts.nodesWithFailedMIG)
        nodesByReason = countsByRank.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        let closest = countsByRank.last { !$0.isEmpty } ?? [:]
        let leading = closest.min { ($1.value, $0.key) < ($0.value, $1.key) }
        leadingReason = leading?.key ?? (counts.nodesThatFit == 0 ? "no nodes" : Self.fitsAtEnd)
    }

    /// Surveys of the distinct classes in a list, by class id.
    ///
    /// - Complexity: O(classes) counts, see ``RefusalCounter``; classes side by side
    static func surveys(
        of requestClasses: [RequestClass], cluster: Fleet, _ parallelism: Parallelism
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
            var counter = RefusalCounter(cluster: fleet)
            for place in chunk {
                (output + place).initialize(to: RejectionSurvey(counter.counts(of: classes[place])))
            }
        }
        return Dictionary(uniqueKeysWithValues: distinct.indices.map { (distinct[$0].id, surveys[$0]) })
    }

    /// The class was refused when it was offered and would fit now, after pods left.
    static let fitsAtEnd = "fits at the end of the run"
}

extension NodeFilter {
    /// How close a node came to taking the pod, 0 to 2.
    fileprivate var closeness: Int {
        switch self {
        case .cpu, .memory, .ephemeralStorage, .pods: 2
        case .extendedResource: 1
        default: 0
        }
    }
}
