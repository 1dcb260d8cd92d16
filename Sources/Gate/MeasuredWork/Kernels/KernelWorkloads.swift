import DeviceTable
import PlacementEngine
import PlacementKernels
import PlacementModel

/// The loops over columns. Filter and select stand beside a plain twin that gives the same results; the scores are plain
/// themselves.
enum KernelWorkloads {
    static let all: [Workload] = [
        kernel("filter/bit-sliced", "feasibility words of a node by the bit-sliced adder") { columns, node in
            hash(feasibilityMask(columns.columns(of: node), vendorBit: 1, levels: levels.pointer, checksSlots: true))
        },
        kernel("filter/scalar", "feasibility words of a node by the plain twin") { columns, node in
            hash(
                feasibilityMaskReference(
                    columns.columns(of: node), vendorBit: 1, levels: levels.value, checksSlots: true))
        },
        Workload("kernel/score/node", "node score and rank key", operation: "node") { size, _ in
            let columns = SampleColumns(nodes: nodes(size), seed: 12)
            let sums = (0..<columns.nodes).map(columns.sums)
            return LoopWorkload(nodes: columns.nodes, passes: passes(size)) { nodeRank(sums[$0]) }
        },
        kernel("score/device", "device score and rank key of the first device") { columns, node in
            let columns = columns.columns(of: node)
            return UInt64(
                rankKey(
                    deviceScore(
                        used: columns.used[0] + 1, slots: columns.slots[0], usedCores: columns.usedCores[0] + 30,
                        totalCores: columns.totalCores[0], usedMemoryMiB: columns.usedMemoryMiB[0] + 8192,
                        totalMemoryMiB: columns.totalMemoryMiB[0], slotWeight: 1, coreWeight: 1, memoryWeight: 1)))
        },
        selection("select/scan", "devices of a node by the short scan", run: SelectionTwin.scan),
        selection("select/sort", "the same devices by Go's sort of the whole list", run: SelectionTwin.sorted),
    ]

    static let levels = Cell(
        FeasibilityLevels(
            memoryMiB: (1..<12).map { $0 * 4096 }, severalMemoryMiB: [8192, 16384, 32768], cores: [10, 25, 50, 75]))

    private static func hash(_ words: FeasibilityWords) -> UInt64 {
        var sum: UInt64 = 0
        for word in 0..<8 { sum = sum &* 31 &+ words[word] }
        return sum
    }

    private static func nodes(_ size: WorkloadSize) -> Int { size.pick(smoke: 64, full: 4096) }
    private static func passes(_ size: WorkloadSize) -> Int { size.pick(smoke: 1, full: 16) }

    private static func kernel(
        _ name: String, _ summary: String, _ compute: @escaping @Sendable (SampleColumns, Int) -> UInt64
    ) -> Workload {
        Workload("kernel/\(name)", summary, operation: "node") { size, _ in
            let columns = SampleColumns(nodes: nodes(size), seed: 11)
            return LoopWorkload(nodes: columns.nodes, passes: passes(size)) { compute(columns, $0) }
        }
    }

    private static func nodeRank(_ sums: NodeSums) -> UInt64 {
        UInt64(
            rankKey(
                nodeScore(
                    used: sums.used, slots: sums.slots, usedCores: sums.usedCores, totalCores: sums.totalCores,
                    usedMemoryMiB: sums.usedMemoryMiB, totalMemoryMiB: sums.totalMemoryMiB)))
    }

    private static func selection(
        _ name: String, _ summary: String, run: @escaping @Sendable (SelectionTwin, NodeColumns) -> UInt64
    ) -> Workload {
        Workload("kernel/\(name)", summary, operation: "node") { size, _ in
            let columns = SampleColumns(nodes: nodes(size), seed: 13)
            let twin = SelectionTwin()
            return LoopWorkload(nodes: columns.nodes, passes: passes(size)) { run(twin, columns.columns(of: $0)) }
        }
    }
}

/// A pure computation for every node, a few times over.
final class LoopWorkload: WorkloadRun {
    private let nodes: Int
    private let passes: Int
    private let compute: (Int) -> UInt64
    private let results: UnsafeMutablePointer<UInt64>

    init(nodes: Int, passes: Int, _ compute: @escaping (Int) -> UInt64) {
        self.nodes = nodes
        self.passes = passes
        self.compute = compute
        results = .allocate(capacity: nodes)
        results.initialize(repeating: 0, count: nodes)
    }

    deinit { results.deallocate() }

    func reset() {
        for node in 0..<nodes { results[node] = 0 }
    }

    func run() {
        for _ in 0..<passes {
            for node in 0..<nodes { results[node] = results[node] &* 31 &+ compute(node) }
        }
    }

    var outcome: WorkloadOutcome {
        var hash = DecisionHash()
        for node in 0..<nodes { hash.combine(results[node]) }
        return WorkloadOutcome(operations: nodes * passes, hash: hash.text)
    }
}
