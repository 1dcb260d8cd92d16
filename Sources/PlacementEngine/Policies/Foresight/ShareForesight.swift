import PlacementModel

/// Foresight on fleets of mixed vendors: the node that loses least of what is expected to fill it.
///
/// ```
/// score = potential after - potential before - new fragmentation - CPU left after / 10 - price of dear device types taken
/// ```
///
/// In millionths of a device, the highest wins. Statistics are learned from the pods that have come. Pods are decided in
/// queue order.
/// - Source: docs/foresight.md
struct ShareForesight: SharePolicy {
    static var looksAhead: Bool { true }

    private var arrivals = ArrivalCounts()
    private var returning: [Int] = []
    private var statistics: ShareStatistics
    private let usesTables: Bool

    /// - Parameter usesTables: see ``ShareFragmentation``.
    init(_ cluster: Cluster, usesTables: Bool) {
        self.usesTables = usesTables
        statistics = ShareStatistics(counts: [], cluster, usesTables: usesTables)
    }

    mutating func waitingDidChange(_ classID: Int32, by pods: Int) {
        if pods >= 0 { return }
        let id = Int(classID)
        if returning.count <= id { returning.append(contentsOf: repeatElement(0, count: id + 1 - returning.count)) }
        returning[id] -= pods
    }

    mutating func roundWillStart(_ round: UnsafeBufferPointer<Int32>, in cluster: Cluster) -> Bool {
        let isDue = arrivals.add(round, returning: returning, classes: cluster.classes.count)
        for id in returning.indices { returning[id] = 0 }
        if isDue { statistics = ShareStatistics(counts: arrivals.seen, cluster, usesTables: usesTables) }
        return isDue
    }

    mutating func devicesDidChange(_ cluster: Cluster) {
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
        let score = after - before - fragmented - cpuLeft / 10 - price
        return Int32(clamping: max(score, Int64(Int32.min) + 1))
    }
}
