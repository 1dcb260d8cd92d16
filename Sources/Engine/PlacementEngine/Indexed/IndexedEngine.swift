import DeviceTable
import PlacementModel
import VendorCatalog

/// The same decisions as ``ReferenceEngine``, found through indexes instead of scans.
///
/// One ``SearchLane`` decides pod after pod. Large rounds whose pods fall into pools that share no node are decided by
/// several lanes at a time and joined in queue order, so results do not tell how many threads there were.
/// - Complexity: per pod about O(log nodes) through a shared index; no heap allocation in steady state.
/// - Determinism: equals the reference, whatever the number of classes, levels, repairs or threads.
public final class IndexedEngine: PlacementEngine {
    public let cluster: Fleet
    public let name = "indexed"
    private let whole: SearchLane
    private var lanes: IndependentLanes?
    private let threads: Int
    private let threadedFrom: Int
    private let lanesFrom: Int
    private let accounting: (any ThreadAccounting)?
    /// Rounds that several lanes have decided.
    public private(set) var roundsInLanes = 0

    /// - Parameters:
    ///   - threads: how many build indexes and decide independent pools; the answer does not depend on it.
    ///   - threadedFrom: nodes from which further threads are worth waking for a build.
    ///   - lanesFrom: pods of a round from which further threads are worth waking for decisions.
    ///   - accounting: told what each further thread did, for who counts the process' memory.
    public init(
        cluster: Fleet, threads: Int = 1, threadedFrom: Int = 4096, lanesFrom: Int = 256,
        accounting: (any ThreadAccounting)? = nil
    ) {
        self.cluster = cluster
        self.threads = threads
        self.threadedFrom = threadedFrom
        self.lanesFrom = lanesFrom
        self.accounting = accounting
        whole = SearchLane(cluster: cluster, threads: threads, threadedFrom: threadedFrom)
    }

    public var counters: WorkCounters {
        var counters = whole.counters
        if let lanes { counters.add(lanes.counters) }
        return counters
    }

    public func place(
        _ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult
    ) {
        cluster.reserveResidents(classIDs.count)
        result.outcomes.reserveCapacity(result.outcomes.count + classIDs.count)
        if threads > 1 && classIDs.count >= lanesFrom {
            if lanes == nil { lanes = IndependentLanes(cluster: cluster, threads: threads, accounting: accounting) }
            if lanes!.place(classIDs, clock: clock, into: &result) {
                roundsInLanes += 1
                return
            }
        }
        whole.prepare(classesExpected: cluster.classes.count)
        whole.place(classIDs, clock: clock, into: &result)
    }

    /// What the indexes hold, by structure. - Complexity: O(classes)
    public var memory: [Fleet.MemoryUse] {
        var uses = whole.memory
        for lane in lanes?.searchLanes ?? [] {
            for (place, use) in lane.memory.enumerated() { uses[place].bytes += use.bytes }
        }
        return uses
    }

    /// All lanes that the engine decides in.
    var searchLanes: [SearchLane] { [whole] + (lanes?.searchLanes ?? []) }

    public func staysRefused(_ classID: Int32) -> Bool { whole.staysRefused(classID) }

    /// The node that a pod would get now, nil = none: the caller may look closer, and commits.
    ///
    /// - Parameter candidates: rows that may be chosen; nil = all.
    public func choose(_ requestClass: RequestClass, candidates: [Int]? = nil) -> Int? {
        whole.prepare(classesExpected: cluster.classes.count)
        let node = whole.choose(requestClass.id, candidates: candidates.map { CandidateSet($0, of: cluster) })
        return node < 0 ? nil : node
    }
}

extension WorkCounters {
    mutating func add(_ other: WorkCounters) {
        exactChecks += other.exactChecks
        nodesRescored += other.nodesRescored
        indexLevels += other.indexLevels
        cacheLines += other.cacheLines
    }
}
