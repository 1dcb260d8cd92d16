import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// The queue of ``ForesightPolicy`` from round to round: who waits, what is learned, in which order a round is decided.
struct ForesightRounds {
    private(set) var outlook: ForesightOutlook
    /// By class; nil = the policy does not understand it.
    private(set) var requests: [ForesightRequest?] = []
    /// Places of the round's pods in the order they are decided.
    private(set) var order: [Int32] = []
    private var ranks: [Int64] = []
    private var learner: ForesightLearner
    /// Pods that wait outside the rounds, by class.
    private var waiting: [Int] = []
    /// Those of them that come back in the next round.
    private var returning: [Int] = []
    private var hasReturning = false
    private var earlierHolds = 0
    /// Changes when pods that were rejected may fit although nothing was released.
    var retryVersion: Int { earlierHolds + outlook.releasedHolds }

    init(given: ForesightStatistics?) {
        learner = ForesightLearner(given: given)
        outlook = ForesightOutlook(
            given ?? ForesightStatistics(counts: [:]), modes: SymbolTable(), models: 0)
    }

    mutating func waitingDidChange(_ classID: Int32, by pods: Int) {
        let id = Int(classID)
        if waiting.count <= id {
            waiting.append(contentsOf: repeatElement(0, count: id + 1 - waiting.count))
            returning.append(contentsOf: repeatElement(0, count: id + 1 - returning.count))
        }
        waiting[id] += pods
        if pods < 0 {
            returning[id] -= pods
            hasReturning = true
        }
        if id < requests.count, let pod = requests[id] { outlook.queue(pod, Int64(pods)) }
    }

    /// Takes in what the round's pods tell and makes their classes known.
    ///
    /// - Returns: whether statistics or device models are new, so that everything kept of them must be made anew.
    mutating func learn(_ round: UnsafeBufferPointer<Int32>, _ cluster: Fleet) -> Bool {
        let fresh = learner.update(round, returning: returning, of: cluster)
        if hasReturning {
            for id in returning.indices { returning[id] = 0 }
            hasReturning = false
        }
        let models = cluster.table.modes.count
        let isNew = fresh != nil || outlook.balance.prices.count != models
        if isNew {
            earlierHolds += outlook.releasedHolds + 1
            outlook = ForesightOutlook(
                fresh ?? outlook.statistics, modes: cluster.table.modes, models: models)
            requests.removeAll(keepingCapacity: true)
        }
        let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord) ?? VendorID(0)
        while requests.count < cluster.classes.count {
            let id = requests.count
            let pod = MilliRequest(cluster.classes[id], vendor: vendor, modes: cluster.table.modes)
                .map { outlook.prepare($0) }
            requests.append(pod)
            if let pod, id < waiting.count, waiting[id] > 0 { outlook.queue(pod, Int64(waiting[id])) }
        }
        return isNew
    }

    /// Queues the round and puts it in order.
    mutating func begin(_ round: UnsafeBufferPointer<Int32>, _ sums: FleetSums) {
        for id in round {
            if let pod = requests[Int(id)] { outlook.queue(pod, 1) }
        }
        outlook.beginRound(pods: round.count, sums)
        order.removeAll(keepingCapacity: true)
        for place in 0..<Int32(round.count) { order.append(place) }
        if round.count < 2 { return }
        let isSaturated = outlook.isSaturated(sums)
        ranks.removeAll(keepingCapacity: true)
        for id in round { ranks.append(requests[Int(id)].map { outlook.rank($0, isSaturated: isSaturated) } ?? .max) }
        order.sort { (ranks[Int($0)], $0) < (ranks[Int($1)], $1) }
    }

    @inline(__always)
    mutating func didPlace(_ pod: ForesightRequest, _ sums: FleetSums) { outlook.didPlace(pod, sums) }

    @inline(__always)
    mutating func isHeld(_ pod: ForesightRequest, _ sums: FleetSums) -> Bool { outlook.isHeld(pod, sums) }

    @inline(__always)
    mutating func findScarce(_ slots: [Int64]) { outlook.findScarce(slots) }

    /// Takes the rejected pods off the queue; who keeps them says so by ``waitingDidChange(_:by:)``.
    mutating func end(_ round: UnsafeBufferPointer<Int32>, _ outcomes: ArraySlice<Outcome>) {
        for (id, outcome) in zip(round, outcomes) where !outcome.isPlaced {
            if let pod = requests[Int(id)] { outlook.queue(pod, -1) }
        }
    }
}
