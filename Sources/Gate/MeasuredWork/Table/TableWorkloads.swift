import DeviceTable
import PlacementEngine
import PlacementModel
import SeededNumbers

/// Changes of the device table, and taking them back.
enum TableWorkloads {
    static let all: [Workload] = [
        Workload("table/apply", "pods charged to devices and nodes, journal on", operation: "effect") { size, shelf in
            try TableWorkload(size, shelf, undoes: false)
        },
        Workload("table/undo", "the same changes taken back through the journal", operation: "effect") { size, shelf in
            try TableWorkload(size, shelf, undoes: true)
        },
    ]
}

/// Applies random effects under a checkpoint, or rolls them back.
private final class TableWorkload: WorkloadRun {
    private let table: DeviceTable
    private let cluster: Fleet
    private let undoes: Bool
    private var effects: [DeviceEffect] = []
    private var checkpoint: DeviceTable.Checkpoint?

    init(_ size: WorkloadSize, _ shelf: TraceShelf, undoes: Bool) throws {
        let trace = try SampleFleet.sharedIndex.trace(
            nodes: size.pick(smoke: 40, full: 1000), pods: size.pick(smoke: 400, full: 10_000),
            classes: size.pick(smoke: 24, full: 512), on: shelf)
        cluster = try trace.makeCluster(catalog: shelf.catalog)
        table = cluster.table
        self.undoes = undoes
        var random = SeededGenerator(seed: 21)
        for _ in 0..<size.pick(smoke: 500, full: 100_000) {
            effects.append(
                .usage(
                    device: random.below(table.deviceRowCount), slots: 1, memoryMiB: Int32(random.below(8192)),
                    cores: Int32(random.below(100))))
        }
    }

    func reset() {
        if let checkpoint { table.rollBack(to: checkpoint) }
        table.forgetJournal()
        checkpoint = table.checkpoint()
        if undoes { for effect in effects { table.apply(effect) } }
    }

    func run() {
        guard let checkpoint else { return }
        if undoes {
            table.rollBack(to: checkpoint)
        } else {
            for effect in effects { table.apply(effect) }
        }
    }

    var outcome: WorkloadOutcome {
        var hash = DecisionHash()
        for device in 0..<table.deviceRowCount {
            hash.combine(UInt64(UInt32(bitPattern: table.used[device])))
            hash.combine(UInt64(UInt32(bitPattern: table.usedMemoryMiB[device])))
            hash.combine(UInt64(UInt32(bitPattern: table.usedCores[device])))
        }
        return WorkloadOutcome(operations: effects.count, hash: hash.text)
    }
}
