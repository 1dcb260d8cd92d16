import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// The nodes that serve one vendor's requests under one node policy, in a rank index that follows the table.
///
/// Also holds the pool of all nodes for pods without device requests (`vendor` nil).
final class NodePool {
    private let vendor: VendorID?
    private let policy: NodePolicy
    private let policyText: String
    /// At a stable address, so that using it costs no exclusivity check.
    let index: UnsafeMutablePointer<RankIndex>
    let levels: Cell<FeasibilityLevels>
    private let checksSlots: Bool
    private let table: HotColumns
    private let deviceTable: DeviceTable
    private let position = Cell(0)
    private let rescored = Cell(0)
    /// Nodes whose place was computed again.
    var nodesRescored: Int { rescored.value }
    /// Request classes known when the levels were chosen.
    let classesKnown: Int
    private let threads: Int
    /// Fleets below this size are scored faster by one thread.
    private let nodesForThreads: Int
    /// The vendor's devices when the levels were chosen.
    private let kinds: DeviceKinds

    /// - Parameter requestClass: one of those that will use the pool; its node policy holds for all.
    init(vendor: VendorID?, _ requestClass: RequestClass, cluster: Fleet, threads: Int, threadedFrom: Int) {
        self.vendor = vendor
        policy = requestClass.nodePolicy
        policyText = Self.policyWord(requestClass)
        classesKnown = cluster.classes.count
        self.threads = threads
        nodesForThreads = threadedFrom
        deviceTable = cluster.table
        table = cluster.table.hot
        checksSlots = vendor.map { cluster.catalog[$0].checksSlots } ?? true
        index = .allocate(capacity: 1)
        index.initialize(to: RankIndex(nodes: cluster.table.nodeRowCount))
        levels = Cell(FeasibilityLevels())
        kinds = Self.kinds(of: vendor, cluster.table)
        if let vendor { levels.value = chooseLevels(cluster.demands[vendor.index]) }
    }

    /// Vendors read the exact words only; every other text behaves alike.
    private static func policyWord(_ requestClass: RequestClass) -> String {
        ["binpack", "spread"].contains(requestClass.nodePolicyText) ? requestClass.nodePolicyText : ""
    }

    /// Whether the pool orders nodes as the class wants them.
    func serves(_ vendor: VendorID?, _ requestClass: RequestClass) -> Bool {
        self.vendor == vendor && policy == requestClass.nodePolicy && policyText == Self.policyWord(requestClass)
    }

    deinit {
        index.deinitialize(count: 1)
        index.deallocate()
        levels.deallocate()
        position.deallocate()
        rescored.deallocate()
    }

    /// Whether the levels and the classes' bits hold for the devices there are now.
    var knowsAllDevices: Bool { kinds == Self.kinds(of: vendor, deviceTable) }

    private static func kinds(of vendor: VendorID?, _ table: DeviceTable) -> DeviceKinds {
        vendor.map { table.deviceKinds[$0.index] } ?? DeviceKinds()
    }

    /// Level bounds from the demands really asked: every size gets its own level while there are few, quantiles else.
    private func chooseLevels(_ demands: [DeviceDemand]) -> FeasibilityLevels {
        var memory: [Int32] = []
        var severalMemory: [Int32] = []
        var cores: [Int32] = []
        for demand in demands {
            let isForSeveral = countLevel(of: demand) > 0
            func note(_ sizeMiB: Int32) {
                if isForSeveral { severalMemory.append(sizeMiB) } else { memory.append(sizeMiB) }
            }
            if let size = demand.memoryMiB {
                note(size)
            } else if let percent = demand.memoryPercent {
                for total in kinds.memoryTotalsMiB { note((total &* percent) / 100) }
            }
            if case .atLeast(let count) = demand.cores { cores.append(count) }
        }
        return FeasibilityLevels(
            memoryMiB: Self.quantiles(memory, FeasibilityLevels.memoryCount - 1),
            severalMemoryMiB: Self.quantiles(severalMemory, FeasibilityLevels.severalMemoryCount - 1),
            cores: Self.quantiles(cores, CoreDemand.thresholdCount))
    }

    private func countLevel(of demand: DeviceDemand) -> Int {
        FeasibilityLevels.countLevel(demand.repeatsOnMIG && kinds.hasMIG ? 1 : Int(demand.devices))
    }

    /// At most `count` ascending distinct values that cut the sizes into equal shares, the smallest always among them.
    private static func quantiles(_ sizes: [Int32], _ count: Int) -> [Int32] {
        let distinct = Set(sizes).sorted()
        if distinct.count <= count { return distinct }
        let sorted = sizes.sorted()
        var bounds: [Int32] = [sorted[0]]
        for part in 1..<count {
            let bound = sorted[part * sorted.count / count]
            if bound > bounds[bounds.count - 1] { bounds.append(bound) }
        }
        return bounds
    }

    /// Word and bit under which a class finds nodes that meet its demand.
    func bit(for demand: DeviceDemand) -> (word: Int, mask: UInt64) {
        let countLevel = countLevel(of: demand)
        var memoryMiB = Int32.min
        if let size = demand.memoryMiB {
            memoryMiB = size
        } else if let percent = demand.memoryPercent,
            let least = kinds.memoryTotalsMiB.map({ ($0 &* percent) / 100 }).min()
        {
            memoryMiB = least
        }
        var core = CoreDemand.any
        switch demand.cores {
        case .any: break
        case .shared: core = CoreDemand.shared
        case .exclusive: core = CoreDemand.exclusive
        case .idle: core = CoreDemand.idle
        case .atLeast(let count):
            core = CoreDemand.shared
            for threshold in 0..<CoreDemand.thresholdCount where levels.value.cores[threshold] <= count {
                core = CoreDemand.firstThreshold + threshold
            }
        }
        return FeasibilityLevels.bit(
            countLevel: countLevel, memoryLevel: levels.value.memoryLevel(atMost: memoryMiB, countLevel: countLevel),
            coreDemand: core)
    }

    // MARK: Following the table

    /// Repairs the index for every node changed since the last call.
    ///
    /// - Complexity: O(changes); O(nodes) when the log has dropped some.
    func catchUp(_ evaluator: inout NodeEvaluator) {
        let log = self.log
        if log.end == position.value { return }
        index.pointee.reserve(nodes: table.nodeRowCount)
        if let first = log.index(of: position.value), position.value > 0 {
            var last: Int32 = -1
            let entries = log.entries
            for entry in first..<entries.count {
                let node = entries[entry]
                if node == last { continue }
                last = node
                rescore(Int(node), &evaluator)
            }
        } else {
            rebuild(&evaluator)
        }
        position.value = log.end
    }

    /// Scores every node; an index without nodes takes them all at once, their words on several threads when the fleet is large.
    private func rebuild(_ evaluator: inout NodeEvaluator) {
        let nodes = table.nodeRowCount
        guard index.pointee.isEmpty else {
            for node in 0..<nodes { rescore(node, &evaluator) }
            return
        }
        let keys = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: nodes)
        defer { keys.deallocate() }
        var count = 0
        for node in 0..<nodes where contains(node) {
            keys.initializeElement(at: count, to: UInt64(rank(of: node, &evaluator)) << 32 | UInt64(node))
            count += 1
        }
        rescored.value += count
        index.pointee.place(UnsafeMutableBufferPointer(rebasing: keys[..<count]))
        nonisolated(unsafe) let pool = self
        let jobs = nodes >= nodesForThreads ? threads : 1
        let parts = jobs * 4
        Parallel.forEach(count: parts, jobs: jobs) { part in
            for node in nodes * part / parts..<nodes * (part + 1) / parts where pool.contains(node) {
                pool.index.pointee.fill(node, words: pool.words(of: node))
            }
            return true
        }
        index.pointee.summarize()
    }

    /// Where the pool reads of changes: its vendor's part of the change log.
    @inline(__always)
    private var log: ChangeLog { vendor.map { table.vendorLogs[$0.index] } ?? table.changeLog }

    /// Says that the caller has rescored the only node changed since the last visit.
    @inline(__always)
    func didRescore() { position.value = log.end }

    @inline(__always)
    func contains(_ node: Int) -> Bool {
        guard table.heads.base[node].flags.contains(.alive) else { return false }
        guard let vendor else { return true }
        return table.heads.base[node].words & vendor.bit != 0
    }

    /// The first node that the index does not hold as it is; nil = none, or the pool is behind. - Complexity: O(nodes). For tests.
    func brokenInvariant(_ evaluator: inout NodeEvaluator) -> String? {
        if log.end != position.value || position.value == 0 { return nil }
        if let problem = index.pointee.brokenInvariant() { return problem }
        for node in 0..<table.nodeRowCount {
            if contains(node) != index.pointee.contains(node) { return "row \(node) is missing, or there in vain" }
            if !contains(node) { continue }
            let key = UInt64(rank(of: node, &evaluator)) << 32 | UInt64(node)
            if index.pointee.keys[node] != key { return "row \(node) has another rank" }
            let own = words(of: node)
            let held = index.pointee.words(of: node)
            for word in 0..<RankIndex.words where held[word * RankIndex.width] != own[word] {
                return "row \(node) has other words"
            }
        }
        return nil
    }

    @inline(__always)
    func rescore(_ node: Int, _ evaluator: inout NodeEvaluator) {
        guard contains(node) else {
            if index.pointee.contains(node) { index.pointee.remove(node) }
            return
        }
        file(node, words(of: node), &evaluator)
    }

    @inline(__always)
    private func file(_ node: Int, _ words: FeasibilityWords, _ evaluator: inout NodeEvaluator) {
        rescored.value += 1
        index.pointee.update(node, rank: rank(of: node, &evaluator), words: words)
    }

    /// Lower is better.
    @inline(__always)
    private func rank(of node: Int, _ evaluator: inout NodeEvaluator) -> UInt32 {
        let rank = rankKey(evaluator.baseScore(node: node, policy: policy, policyText: policyText))
        return policy == .spread ? rank : ~rank
    }

    private func words(of node: Int) -> FeasibilityWords {
        guard let vendor else { return FeasibilityWords(repeating: UInt64.max) }
        return feasibilityMask(
            table.columns(of: node), vendorBit: vendor.bit, levels: levels.pointer, checksSlots: checksSlots)
    }
}

extension HotColumns {
    /// The device columns of one node, for kernels.
    @inline(__always)
    func columns(of node: Int) -> NodeColumns {
        let head = heads.base + node
        let first = Int(head.pointee.firstDevice)
        let isUniform = head.pointee.flags.contains(.uniform)
        return NodeColumns(
            used: UnsafePointer(used.base + first), usedMemoryMiB: UnsafePointer(usedMemoryMiB.base + first),
            usedCores: UnsafePointer(usedCores.base + first), attributes: UnsafePointer(attributes.base + first),
            slots: UnsafePointer(isUniform ? head.pointer(to: \.slots)! : slots.base + first),
            totalMemoryMiB: UnsafePointer(
                isUniform ? head.pointer(to: \.totalMemoryMiB)! : totalMemoryMiB.base + first),
            totalCores: UnsafePointer(isUniform ? head.pointer(to: \.totalCores)! : totalCores.base + first),
            words: UnsafePointer(isUniform ? head.pointer(to: \.words)! : words.base + first),
            exactVendor: UnsafePointer(isUniform ? head.pointer(to: \.exactVendor)! : exactVendor.base + first),
            stride: isUniform ? 0 : 1,
            count: Int(head.pointee.deviceCount))
    }
}
