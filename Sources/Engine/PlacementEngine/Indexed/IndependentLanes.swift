import DeviceTable
import PlacementModel
import VendorCatalog

/// What a lane has decided in a round, kept until the lanes are joined: the effects of each placed pod.
final class LaneLedger {
    struct Entry: BitwiseCopyable {
        var effectCount: Int32
        var footprint: Int32
    }

    private(set) var effects: [DeviceEffect] = []
    private(set) var entries: [Entry] = []

    func removeAll() {
        effects.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    func add(_ added: UnsafeBufferPointer<DeviceEffect>, footprint: Int32) {
        for effect in added { effects.append(effect) }
        entries.append(Entry(effectCount: Int32(truncatingIfNeeded: added.count), footprint: footprint))
    }
}

/// Decides pools that share no node at the same time: one ``SearchLane`` for each set of vendors whose nodes are its own.
///
/// ```
/// queue   A B A C B A ...        cut by lane, each in queue order
/// lanes   A A A | B B | C        decided in parallel: devices and nodes of a lane are touched by it alone
/// join    A B A C B A ...        residents, change log and outcomes in queue order, as one lane would have made them
/// ```
///
/// A pod may go to a lane when all it reads and changes is the lane's: one vendor, no quota, no extended resources, no
/// effects beyond usage. A round with any other pod is left to the single lane as a whole.
final class IndependentLanes {
    private let cluster: Fleet
    private let threads: Int
    private let accounting: (any ThreadAccounting)?
    private var lanes: [Lane] = []
    /// Lane of each vendor; vendors without nodes are the first lane's.
    private var laneOfVendor: [Int] = []
    /// Lane of each request class; -1 = not for lanes.
    private var laneOfClass: [Int8] = []
    private var structureSeen = -1
    private var classVersionSeen = 0
    /// Counts of lanes that have been replaced.
    private var earlierWork = WorkCounters()

    private final class Lane {
        let search: SearchLane
        let ledger = LaneLedger()
        /// Every node takes the short scan, so that no pod leaves more than usage.
        var isPlain = true
        /// Classes that fall to the lane.
        var classCount = 0
        var queue: [Int32] = []
        var result = RoundResult()
        // Where the join has read to.
        var next = 0
        var nextEntry = 0
        var nextEffect = 0

        init(cluster: Fleet) {
            search = SearchLane(cluster: cluster, threads: 1, threadedFrom: .max, ledger: ledger)
        }

        func clear() {
            queue.removeAll(keepingCapacity: true)
            result.removeAll()
            ledger.removeAll()
            (next, nextEntry, nextEffect) = (0, 0, 0)
        }
    }

    init(cluster: Fleet, threads: Int, accounting: (any ThreadAccounting)?) {
        self.cluster = cluster
        self.threads = threads
        self.accounting = accounting
    }

    var searchLanes: [SearchLane] { lanes.map(\.search) }

    var counters: WorkCounters {
        var counters = earlierWork
        for lane in lanes { counters.add(lane.search.counters) }
        return counters
    }

    /// Places the round if its pods fall into at least two lanes.
    ///
    /// - Returns: false when the round is not for lanes; nothing has changed then.
    func place(
        _ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult
    ) -> Bool {
        // Scores are wanted by who reports pod by pod.
        if cluster.table.isJournaling || cluster.observer != nil || result.keepsScores { return false }
        followStructure()
        guard lanes.count > 1, deal(classIDs) else { return false }
        let busy = lanes.filter { !$0.queue.isEmpty }.sorted { $0.queue.count > $1.queue.count }
        guard busy.count > 1 else { return false }
        for lane in busy {
            lane.search.prepare(classesExpected: lane.classCount)
            lane.result.outcomes.reserveCapacity(lane.queue.count)
        }
        run(busy, clock)
        join(classIDs, into: &result, withLatencies: clock != nil)
        return true
    }

    private func run(_ busy: [Lane], _ clock: (() -> UInt64)?) {
        let accounting = accounting
        nonisolated(unsafe) let busy = busy
        nonisolated(unsafe) let clock = clock
        Parallel.forEach(count: busy.count, jobs: threads) { place in
            let lane = busy[place]
            let mark = accounting?.begin() ?? 0
            lane.queue.withUnsafeBufferPointer { lane.search.place($0, clock: clock, into: &lane.result) }
            accounting?.end(since: mark)
            return true
        }
    }

    // MARK: Dealing

    /// Cuts the round by lane; false when a pod is not for lanes.
    private func deal(_ classIDs: UnsafeBufferPointer<Int32>) -> Bool {
        let new = max(cluster.classes.count - laneOfClass.count, 0)
        laneOfClass.append(contentsOf: repeatElement(Self.notMet, count: new))
        for lane in lanes { lane.clear() }
        for classID in classIDs {
            // Asked when the class is met: an id that was dropped may stand for a class made since.
            if laneOfClass[Int(classID)] == Self.notMet {
                let lane = lane(for: cluster.classes[Int(classID)])
                laneOfClass[Int(classID)] = lane
                if lane >= 0 { lanes[Int(lane)].classCount += 1 }
            }
            let lane = Int(laneOfClass[Int(classID)])
            if lane < 0 { return false }
            lanes[lane].queue.append(classID)
        }
        return true
    }

    private static let notMet: Int8 = -2

    private func lane(for requestClass: RequestClass) -> Int8 {
        let traits = requestClass.traits
        guard traits.isIndependent, let vendor = traits.vendor else { return -1 }
        let lane = laneOfVendor[vendor.index]
        if cluster.catalog[vendor].hasResidentEffects && !(traits.scan != nil && lanes[lane].isPlain) { return -1 }
        return Int8(lane)
    }

    // MARK: Structure

    /// Finds the sets of vendors that share nodes, anew when nodes or devices have come or gone.
    ///
    /// - Complexity: O(nodes) after a change of structure, else O(1).
    private func followStructure() {
        if structureSeen == cluster.table.structureVersion && classVersionSeen == cluster.classVersion { return }
        structureSeen = cluster.table.structureVersion
        classVersionSeen = cluster.classVersion
        let sets = vendorSets()
        for lane in lanes { earlierWork.add(lane.search.counters) }
        lanes = sets.map { _ in Lane(cluster: cluster) }
        laneOfClass.removeAll(keepingCapacity: true)
        laneOfVendor = Array(repeating: 0, count: cluster.catalog.vendors.count)
        for (lane, set) in sets.enumerated() {
            for vendor in laneOfVendor.indices where set & (1 << UInt64(vendor)) != 0 { laneOfVendor[vendor] = lane }
        }
        for node in 0..<cluster.table.nodeRowCount {
            let head = cluster.table.heads.base[node]
            if head.words != 0 && !head.flags.contains(.plain) {
                lanes[laneOfVendor[head.words.trailingZeroBitCount]].isPlain = false
            }
        }
    }

    /// Vendors joined by nodes that serve several of them, as bits, lowest vendor first.
    private func vendorSets() -> [UInt64] {
        var sets: [UInt64] = []
        var last: UInt64 = 0
        for node in 0..<cluster.table.nodeRowCount {
            let words = cluster.table.heads.base[node].words
            if words == last || words == 0 { continue }
            last = words
            let joined = sets.filter { $0 & words != 0 }.reduce(words, |)
            sets.removeAll { $0 & words != 0 }
            sets.append(joined)
        }
        return sets.sorted { $0.trailingZeroBitCount < $1.trailingZeroBitCount }
    }

    // MARK: Joining

    /// Books what the lanes decided, in queue order.
    private func join(
        _ classIDs: UnsafeBufferPointer<Int32>, into result: inout RoundResult, withLatencies: Bool
    ) {
        for classID in classIDs {
            let lane = lanes[Int(laneOfClass[Int(classID)])]
            var outcome = lane.result.outcomes[lane.next]
            if withLatencies { result.latencies.append(lane.result.latencies[lane.next]) }
            lane.next += 1
            guard outcome.isPlaced else {
                result.outcomes.append(.rejected)
                continue
            }
            let entry = lane.ledger.entries[lane.nextEntry]
            lane.nextEntry += 1
            let first = lane.nextEffect
            lane.nextEffect += Int(entry.effectCount)
            outcome.resident = lane.ledger.effects.withUnsafeBufferPointer {
                cluster.addResidentOfLane(
                    node: Int(outcome.node),
                    effects: UnsafeBufferPointer(rebasing: $0[first..<first + Int(entry.effectCount)]),
                    footprint: entry.footprint)
            }
            let devices = Int(outcome.firstDevice)..<Int(outcome.firstDevice + outcome.deviceCount)
            outcome.firstDevice = Int32(truncatingIfNeeded: result.devices.count)
            for device in devices { result.devices.append(lane.result.devices[device]) }
            result.outcomes.append(outcome)
        }
    }
}
