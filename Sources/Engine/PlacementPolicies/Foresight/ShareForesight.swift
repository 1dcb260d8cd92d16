import DeviceTable
import PlacementEngine
import PlacementModel

/// Foresight on fleets of mixed vendors: the node that loses least of what is expected to fill it.
///
/// ```
/// score = potential after - potential before - new fragmentation - price of dear device types taken
///     - 3/10 x CPU left after                                 milli
///     - 100 x cores of the node that stay idle                thousandths, mean of its devices
///     - 100 x change of |memory left - cores left|            thousandths, over its devices
///     + 8 x memory taken                                      MiB
/// ```
///
/// In millionths of a device, the highest wins. Statistics are learned from the pods that have come. Pods of a round that ask
/// many cores are decided first.
/// - Source: docs/foresight.md
struct ShareForesight: SharePolicy {
    /// What a thousandth of a node's cores costs that stays idle beside the pod: full nodes first, so that empty ones stay.
    private static let idleMicroPerMilli: Int64 = 100
    /// What it costs to leave a thousandth of a device's memory without as much of its cores, or of its cores without memory.
    private static let unmatchedMicroPerMilli: Int64 = 100
    /// What memory taken is worth: pods that name none, or a part of the device's, go to large devices.
    private static let memoryMicroPerMiB: Int64 = 8

    static var looksAhead: Bool { true }

    private var arrivals = ArrivalCounts()
    private var returning: [Int] = []
    private var statistics: ShareStatistics
    private let usesTables: Bool

    /// - Parameter usesTables: see ``ShareFragmentation``.
    init(_ cluster: Fleet, usesTables: Bool) {
        self.usesTables = usesTables
        statistics = ShareStatistics(counts: [], cluster, usesTables: usesTables)
    }

    /// Much asked first: pods that ask many cores find room before small ones have taken a part of every device.
    func rank(_ requestClass: RequestClass) -> Int64 {
        var cores: Int64 = 0
        for place in 0..<requestClass.requestCount {
            let request = requestClass.requests[place]
            cores += Int64(request.devices) * Int64(max(request.cores, 0))
        }
        return -cores
    }

    mutating func waitingDidChange(_ classID: Int32, by pods: Int) {
        if pods >= 0 { return }
        let id = Int(classID)
        if returning.count <= id { returning.append(contentsOf: repeatElement(0, count: id + 1 - returning.count)) }
        returning[id] -= pods
    }

    mutating func roundWillStart(_ round: UnsafeBufferPointer<Int32>, in cluster: Fleet) -> Bool {
        let isDue = arrivals.add(round, returning: returning, classes: cluster.classes.count)
        for id in returning.indices { returning[id] = 0 }
        if isDue { statistics = ShareStatistics(counts: arrivals.seen, cluster, usesTables: usesTables) }
        return isDue
    }

    mutating func devicesDidChange(_ cluster: Fleet) {
        statistics = ShareStatistics(counts: arrivals.seen, cluster, usesTables: usesTables)
    }

    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let table = trial.cluster.table
        let cpuMilli = requestClass.resources.cpuMilli
        let before = statistics.potential(node: trial.node, usages: [], cpuMilli: 0, table)
        let after = statistics.potential(node: trial.node, usages: trial.usages, cpuMilli: cpuMilli, table)
        let cpuLeft = table.free.base[trial.node].cpuMilli - cpuMilli
        let fragmented =
            statistics.fragmented(node: trial.node, usages: trial.usages, cpuMilli: cpuMilli)
            - statistics.fragmented(node: trial.node)
        let price = statistics.price(node: trial.node, usages: trial.usages, table)
        // A node without a limit on CPU counts as the largest one.
        let cpuCost = CPUMilli(nearest: cpuLeft).value * 3 / 10
        let score = after - before - fragmented - price - cpuCost + fit(trial, table)
        return Int32(clamping: max(score, Int64(Int32.min) + 1))
    }

    /// What speaks for a placement beside the value lost, in millionths of a device.
    private func fit(_ trial: borrowing ShareTrial, _ table: DeviceTable) -> Int64 {
        let devices = table.devices(of: trial.node)
        var idleCores: Int64 = 0
        var unmatched: Int64 = 0
        var memoryMiB: Int64 = 0
        for device in devices where table.totalCores.base[device] > 0 {
            idleCores += Int64(DeviceShares.resources(device, memoryMiB: 0, cores: 0, table).cores)
        }
        for usage in trial.usages {
            let device = devices.lowerBound + Int(usage.device)
            let before = DeviceShares.resources(device, memoryMiB: 0, cores: 0, table)
            let after = DeviceShares.resources(device, memoryMiB: usage.memoryMiB, cores: usage.cores, table)
            memoryMiB += Int64(usage.memoryMiB)
            idleCores -= Int64(before.cores - after.cores)
            if !before.hasBoth { continue }
            unmatched += Int64(abs(after.memory - after.cores))
            unmatched -= Int64(abs(before.memory - before.cores))
        }
        return memoryMiB * Self.memoryMicroPerMiB - unmatched * Self.unmatchedMicroPerMilli
            - idleCores * Self.idleMicroPerMilli / Int64(max(devices.count, 1))
    }
}
