import PlacementEngine

/// What the fast engine keeps of one request class for ``ForesightPolicy``.
///
/// ```
/// base    score by position without slots and prices, PolicyPlan.refused where the class does not fit
/// lost    kinds of slots that a placement there loses, a bit each
/// plan    the score with both, blocks and their best
/// ```
struct ForesightPlan {
    var plan: PolicyPlan
    let pod: ForesightRequest
    let shape: Int
    let base: UnsafeMutablePointer<Int32>
    let lost: UnsafeMutablePointer<UInt8>
    private let count: Int
    /// Scarce kinds and prices that the scores are made with.
    private var scarce: UInt8 = 0
    private var priceVersion = -1
    /// Price of a pod by model.
    private var prices: [Int32] = []
    /// Whether prices can matter: to one model alone they are the same everywhere.
    private let isPriced: Bool

    init(_ requestClass: RequestClass, _ pod: ForesightRequest, shape: Int, nodes: Int) {
        plan = PolicyPlan(requestClass, pod.request, nodes: nodes)
        self.pod = pod
        self.shape = shape
        count = nodes
        isPriced = pod.request.asksForDevices && pod.request.models.nonzeroBitCount > 1
        base = .allocate(capacity: max(nodes, 1))
        base.initialize(repeating: PolicyPlan.refused, count: max(nodes, 1))
        lost = .allocate(capacity: max(nodes, 1))
        lost.initialize(repeating: 0, count: max(nodes, 1))
    }

    func deallocate() {
        plan.deallocate()
        base.deallocate()
        lost.deallocate()
    }

    /// Follows scarcity and prices; scores are made anew only when they matter to the class.
    @inline(__always)
    mutating func adopt(_ outlook: ForesightOutlook, slotCosts: UnsafePointer<Int32>, _ fleet: MilliFleet) {
        let nowScarce = outlook.scarce & pod.spoils
        var isNew = nowScarce != scarce
        scarce = nowScarce
        if isPriced && priceVersion != outlook.priceVersion {
            priceVersion = outlook.priceVersion
            if prices.isEmpty { prices = Array(repeating: 0, count: outlook.balance.prices.count) }
            for model in prices.indices {
                let price = outlook.modelPrice(pod, model: Int32(truncatingIfNeeded: model))
                if price != prices[model] && pod.request.models & (1 << UInt64(model)) != 0 { isNew = true }
                prices[model] = price
            }
        }
        if !isNew { return }
        for position in 0..<count where base[position] != PolicyPlan.refused {
            plan.set(position, score(position, model: fleet.nodes[position].model, slotCosts))
        }
    }

    @inline(__always)
    mutating func refuse(_ position: Int) {
        base[position] = PolicyPlan.refused
        plan.set(position, PolicyPlan.refused)
    }

    @inline(__always)
    mutating func set(
        _ position: Int, _ verdict: ForesightMemo.Verdict, model: Int32, slotCosts: UnsafePointer<Int32>
    ) {
        base[position] = verdict.score
        lost[position] = verdict.lost
        plan.set(position, score(position, model: model, slotCosts))
    }

    @inline(__always)
    private func score(_ position: Int, model: Int32, _ slotCosts: UnsafePointer<Int32>) -> Int32 {
        let price = model < 0 || prices.isEmpty ? 0 : prices[Int(model)]
        return ForesightPolicy.score(
            base: base[position], slotCost: slotCosts[Int(lost[position] & scarce)], price: price)
    }
}
