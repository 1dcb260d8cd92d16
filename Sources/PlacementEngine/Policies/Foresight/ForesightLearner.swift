import PlacementModel
import VendorCatalog

/// Where the statistics come from: given once, or learned from the pods that have been queued so far.
///
/// Learned ones are made anew whenever twice as many pods have come as the last ones knew, so all that is learned costs
/// as much as learning the last time.
struct ForesightLearner {
    private let given: ForesightStatistics?
    /// Pods offered for the first time, by class.
    private var seen: [Int] = []
    private var seenCount = 0
    private var learnedCount = 0
    private var isFirst = true

    init(given: ForesightStatistics?) { self.given = given }

    /// Statistics to use from now on; nil = those in use.
    ///
    /// - Parameter returning: how many of each class's pods in the round have been offered before.
    mutating func update(_ round: UnsafeBufferPointer<Int32>, returning: [Int], of cluster: Cluster)
        -> ForesightStatistics?
    {
        if let given {
            defer { isFirst = false }
            return isFirst ? given : nil
        }
        if seen.count < cluster.classes.count {
            seen.append(contentsOf: repeatElement(0, count: cluster.classes.count - seen.count))
        }
        for id in round { seen[Int(id)] += 1 }
        seenCount += round.count
        for id in returning.indices where returning[id] > 0 {
            seen[id] -= returning[id]
            seenCount -= returning[id]
        }
        if !isFirst && (seenCount < 2 * learnedCount || seenCount == learnedCount) { return nil }
        isFirst = false
        learnedCount = seenCount
        var counts: [WorkloadShape: Int] = [:]
        let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord) ?? VendorID(0)
        for (id, count) in seen.enumerated() where count > 0 {
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
