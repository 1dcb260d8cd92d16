import PlacementEngine
import PlacementModel

/// ``FGD`` on slots, memory and cores: the one placement that HAMi's rules make on a node is scored by what it adds to the
/// node's fragmentation.
struct FGDShares: SharePolicy {
    /// Pods of each class in the list that the target workload comes from.
    private let counts: [Int]
    private let usesTables: Bool
    private var fragmentation: ShareFragmentation
    /// F by row; not a number = not known.
    private var before: [Double]

    /// - Parameter usesTables: see ``ShareFragmentation``.
    init(_ counts: [Int], _ cluster: Fleet, usesTables: Bool) {
        self.counts = counts
        self.usesTables = usesTables
        fragmentation = ShareFragmentation(
            ShareWorkload(counts: counts, cluster), cluster, usesTables: usesTables)
        before = Array(repeating: .nan, count: cluster.table.nodeRowCount)
    }

    mutating func devicesDidChange(_ cluster: Fleet) { self = FGDShares(counts, cluster, usesTables: usesTables) }

    mutating func nodeDidChange(row: Int) { before[row] = .nan }

    mutating func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let row = trial.node
        if before[row].isNaN { before[row] = fragmentation.total(row: row) }
        let after = fragmentation.total(
            row: row, after: trial.usages, cpuMilli: requestClass.resources.cpuMilli)
        return FGD.score(before: before[row], after: after)
    }
}
