import PlacementEngine
import PlacementModel
import VendorCatalog

/// How many pods of each class have come, and when that is worth learning from anew: whenever four times as many have come as
/// last time, so all that is learned costs as much as learning the last time.
struct ArrivalCounts {
    /// Pods offered for the first time, by class.
    private(set) var seen: [Int] = []
    private var seenCount = 0
    private var learnedCount = -1

    /// Counts a round.
    ///
    /// - Parameter returning: how many of each class's pods in the round have been offered before.
    /// - Returns: whether it is time to learn.
    mutating func add(_ round: UnsafeBufferPointer<Int32>, returning: [Int], classes: Int) -> Bool {
        if seen.count < classes { seen.append(contentsOf: repeatElement(0, count: classes - seen.count)) }
        for id in round { seen[Int(id)] += 1 }
        seenCount += round.count
        for id in returning.indices where returning[id] > 0 {
            seen[id] -= returning[id]
            seenCount -= returning[id]
        }
        if learnedCount >= 0 && (seenCount < 4 * learnedCount || seenCount == learnedCount) { return false }
        learnedCount = seenCount
        return true
    }
}

/// Where the statistics come from: given once, or learned from the pods that have been queued so far.
struct ForesightLearner {
    private let given: ForesightStatistics?
    private var arrivals = ArrivalCounts()
    private var isFirst = true

    init(given: ForesightStatistics?) { self.given = given }

    /// Statistics to use from now on; nil = those in use.
    ///
    /// - Parameter returning: how many of each class's pods in the round have been offered before.
    mutating func update(
        _ round: UnsafeBufferPointer<Int32>, returning: [Int], of cluster: Fleet
    ) -> ForesightStatistics? {
        if let given {
            defer { isFirst = false }
            return isFirst ? given : nil
        }
        if !arrivals.add(round, returning: returning, classes: cluster.classes.count) { return nil }
        var counts: [WorkloadShape: Int] = [:]
        let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord) ?? VendorID(0)
        for (id, count) in arrivals.seen.enumerated() where count > 0 {
            guard let shape = WorkloadShape(cluster.classes[id], vendor: vendor) else { continue }
            counts[shape, default: 0] += count
        }
        return ForesightStatistics(counts: counts)
    }
}

extension WorkloadShape {
    /// What a class asks; nil = nothing that the policies over thousandths understand.
    init?(_ requestClass: RequestClass, vendor: VendorID) {
        let cpuMilli = requestClass.resources.cpuMilli
        guard requestClass.requestCount > 0 else {
            self.init(cpuMilli: cpuMilli, milliPerDevice: 0, devices: 0)
            return
        }
        guard requestClass.requestCount == 1, requestClass.requests[0].vendor == vendor else { return nil }
        let request = requestClass.requests[0]
        let asks = request.devices > 0 && request.cores > 0
        self.init(
            cpuMilli: cpuMilli, milliPerDevice: asks ? request.cores : 0, devices: asks ? request.devices : 0,
            models: asks ? requestClass.rules(of: vendor).text : "")
    }
}
