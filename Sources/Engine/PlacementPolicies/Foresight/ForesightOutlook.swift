import DeviceTable
import PlacementEngine
import PlacementModel

/// Sums over the fleet that ``ForesightOutlook`` decides by.
struct FleetSums {
    let nodes: Int64
    /// Free thousandths of all devices.
    var idleMilli: Int64 = 0
    /// CPU left on all nodes.
    var cpuMilli: Int64 = 0
    /// Worth of all free parts, millionths.
    var value: Int64 = 0
    /// Free parts by model without what is expected to be stranded, millionths.
    var supply: [Int64]
    /// Slots by kind, see ``ForesightStatistics/SlotKind``.
    var slots: [Int64]

    init(nodes: Int, models: Int, kinds: Int) {
        self.nodes = Int64(nodes)
        supply = Array(repeating: 0, count: models)
        slots = Array(repeating: 0, count: kinds)
    }
}

/// What a request class means to the outlook.
struct ForesightRequest: BitwiseCopyable {
    var request: MilliRequest
    /// Worth of what it takes, millionths.
    var worth: Int64
    var isDense: Bool
    /// Kinds of slots that it needs itself.
    var kinds: UInt8
    /// Kinds whose slots it can spoil: those of more devices.
    var spoils: UInt8
    /// Place among the demands of the balance.
    var demand: Int

    /// Millionths of a device: at most 2^14 devices of 1000 thousandths, below 2^34; times the pods of a trace, below 2^61.
    var micro: Int64 { Int64(request.totalMilli) * 1000 }
}

/// What is queued and expected, and what follows from it: scarce kinds of slots, prices of models, the order of a round.
///
/// Both engines keep one and tell it what they place; it sees the fleet only through ``FleetSums``.
struct ForesightOutlook {
    /// Slots are kept for the pods queued and expected and this many times the root of their number.
    private static let marginRoots: UInt64 = 2
    /// A model whose price is at least this counts as full for the order of a round.
    private static let fullPrice = ModelBalance.unit / 2

    let statistics: ForesightStatistics
    private var cpuReserve: CPUReserve
    private(set) var balance: ModelBalance
    private var demands: [ModelBalance.Demand] = []
    /// Of the statistics' list, by place in `demands`.
    private var listed: [(micro: Int64, denseMicro: Int64)] = []
    /// Queued, by place in `demands`; and in all.
    private var queued: [(micro: Int64, denseMicro: Int64)] = []
    private var queuedMicro: Int64 = 0
    private var queuedWorth: Int64 = 0
    /// Pods queued by kind of slot.
    private var queuedSlots: [Int64]
    /// Pods expected by kind of slot, thousandths; of as many devices and at least the kind's CPU.
    private var expectedSlots: [Int64]
    private var placementsSinceSearch = -1
    /// Kinds of which no slot can be spared, a bit each.
    private(set) var scarce: UInt8 = 0
    /// Counts up when prices change.
    private(set) var priceVersion = 0
    /// Counts up when pods that were held may go.
    private(set) var releasedHolds = 0
    /// See ``CPUReserve/plainTenths``.
    var plainTenths: Int64 { cpuReserve.plainTenths }

    init(_ statistics: ForesightStatistics, modes: SymbolTable, models: Int) {
        self.statistics = statistics
        cpuReserve = CPUReserve(statistics)
        balance = ModelBalance(models: models)
        queuedSlots = Array(repeating: 0, count: statistics.slotKinds.count)
        expectedSlots = queuedSlots
        for demand in statistics.demands {
            let place = place(of: MilliRequest.models(demand.models, among: modes))
            listed[place].micro += demand.milli * 1000
            listed[place].denseMicro += demand.denseMilli * 1000
        }
    }

    /// Place of a set of models among the demands, a new one if need be.
    private mutating func place(of models: UInt64) -> Int {
        if let known = demands.firstIndex(where: { $0.models == models }) { return known }
        demands.append(ModelBalance.Demand(models: models))
        listed.append((0, 0))
        queued.append((0, 0))
        return demands.count - 1
    }

    /// Whether pods differ in the models they accept; otherwise prices cannot matter.
    private var hasPrices: Bool { demands.count > 1 }

    mutating func prepare(_ request: MilliRequest) -> ForesightRequest {
        var kinds: UInt8 = 0
        var spoils: UInt8 = 0
        for (place, kind) in statistics.slotKinds.enumerated() {
            if kind.devices > request.devices { spoils |= 1 << place }
            if request.milliPerDevice == MilliNode.deviceMilli
                && kind.counts(devices: request.devices, cpuMilli: request.cpuMilli)
            {
                kinds |= 1 << place
            }
        }
        let worth = statistics.worth(milli: request.milliPerDevice) * Int64(request.devices)
        return ForesightRequest(
            request: request, worth: worth,
            isDense: !request.asksForDevices || statistics.isDense(milli: request.milliPerDevice), kinds: kinds,
            spoils: spoils, demand: request.asksForDevices ? place(of: request.models) : -1)
    }

    // MARK: The queue

    /// Adds pods to the queue or takes them off it.
    mutating func queue(_ pod: ForesightRequest, _ pods: Int64) {
        cpuReserve.queue(pod.request, pods)
        if pod.demand < 0 { return }
        let micro = pods * pod.micro
        queued[pod.demand].micro += micro
        if pod.isDense { queued[pod.demand].denseMicro += micro }
        queuedMicro += micro
        queuedWorth += pods * pod.worth
        var kinds = pod.kinds
        while kinds != 0 {
            queuedSlots[kinds.trailingZeroBitCount] += pods
            kinds &= kinds - 1
        }
    }

    /// Looks ahead from the start of a round whose pods are queued: until the fleet is full, pods like the statistics' come.
    mutating func beginRound(pods: Int, _ sums: FleetSums) {
        if cpuReserve.beginRound(sums, queuedWorth: queuedWorth) { releasedHolds += 1 }
        let expected = max(sums.idleMilli * 1000 - queuedMicro, 0)
        for (place, kind) in statistics.slotKinds.enumerated() {
            var count: Int64 = 0
            for other in statistics.slotKinds
            where other.devices == kind.devices && other.cpuMilli >= kind.cpuMilli { count += other.count }
            // Micro over the milli of the list are thousandths of a list.
            expectedSlots[place] = statistics.totalMilli > 0 ? expected / statistics.totalMilli * count : 0
            if statistics.totalMilli > 0 {
                expectedSlots[place] += Self.part(
                    expected % statistics.totalMilli, count, of: statistics.totalMilli)
            }
        }
        if hasPrices && (placementsSinceSearch < 0 || pods >= ModelBalance.placementsBetween) {
            search(steps: ModelBalance.longSearch, sums)
        }
    }

    /// Takes a placed pod off the queue.
    mutating func didPlace(_ pod: ForesightRequest, _ sums: FleetSums) {
        queue(pod, -1)
        if !hasPrices { return }
        placementsSinceSearch += 1
        if placementsSinceSearch >= ModelBalance.placementsBetween { search(steps: ModelBalance.shortSearch, sums) }
    }

    private mutating func search(steps: Int, _ sums: FleetSums) {
        placementsSinceSearch = 0
        let expected = max(sums.supply.reduce(0, +) - queuedMicro, 0)
        let total = max(statistics.totalMilli * 1000, 1)
        for place in demands.indices {
            demands[place].micro = Self.sum(
                queued[place].micro, Self.part(expected, listed[place].micro, of: total))
            demands[place].denseMicro = Self.sum(
                queued[place].denseMicro, Self.part(expected, listed[place].denseMicro, of: total))
        }
        let held = balance.isOverAsked
        balance.search(steps: steps, demands: demands, supply: sums.supply)
        priceVersion += 1
        for model in held.indices where held[model] && !balance.isOverAsked[model] {
            releasedHolds += 1
            break
        }
    }

    /// `amount` x `part` / `whole`, rounded down; the largest number where that is more.
    ///
    /// - Precondition: none is negative, and `whole` is not 0.
    static func part(_ amount: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        let (high, low) = amount.multipliedFullWidth(by: part)
        // The quotient fits 63 bits where the product is below whole x 2^63.
        if high >= whole >> 1 { return .max }
        return whole.dividingFullWidth((high, low)).quotient
    }

    private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    // MARK: What follows

    /// Finds the scarce kinds of slots; needed before every placement. - Complexity: O(kinds)
    @inline(__always)
    mutating func findScarce(_ slots: [Int64]) {
        var scarce: UInt8 = 0
        for place in slots.indices {
            // Less than 2^27 pods queued, and as many expected as the fleet has devices: a thousandfold twice stays below 2^57.
            let pods = UInt64(max(queuedSlots[place] * 1000 + expectedSlots[place], 0))
            let need = Int64(pods + Self.marginRoots * squareRoot(pods * 1000))
            if (slots[place] - 1) * 1000 < need { scarce |= 1 << place }
        }
        self.scarce = scarce
    }

    /// Whether a pod waits although it may fit: its CPU is kept for others, or it wastes part of a device and pods that
    /// waste less are expected to fill all models that it accepts.
    mutating func isHeld(_ pod: ForesightRequest, _ sums: FleetSums) -> Bool {
        if cpuReserve.holds(pod.request, sums, queuedWorth: queuedWorth) { return true }
        if pod.isDense || pod.request.models == .max { return false }
        for model in balance.isOverAsked.indices
        where pod.request.models & (1 << UInt64(model)) != 0 && !balance.isOverAsked[model] { return false }
        return hasPrices
    }

    /// What a pod pays for a device's model, millionths of a device.
    @inline(__always)
    func modelPrice(_ pod: ForesightRequest, model: Int32) -> Int32 {
        if model < 0 || !hasPrices { return 0 }
        return Int32(truncatingIfNeeded: balance.prices[Int(model)] * (ForesightPolicy.priceWeight * pod.micro) >> 20)
    }

    /// Whether the queue is worth more than half of what is free.
    func isSaturated(_ sums: FleetSums) -> Bool { 2 * queuedWorth > sums.value }

    /// Where a pod stands in its round; smaller first, equal ones in order of arrival.
    ///
    /// Pods with devices come before those without, large ones before small ones; when the fleet or the models that a pod
    /// accepts are full, those that waste little come before the wasteful ones. Pods without devices come with much CPU
    /// first; while CPU is kept for them, before all others and with little CPU first.
    func rank(_ pod: ForesightRequest, isSaturated: Bool) -> Int64 {
        let far: Int64 = 1 << 50
        if !pod.request.asksForDevices {
            if cpuReserve.isShort { return min(pod.request.cpuMilli, far - 1) - far }
            return 3 * far - min(pod.request.cpuMilli, far - 1)
        }
        let milli = Int64(pod.request.totalMilli)
        if pod.isDense || !(isSaturated || areFull(pod.request.models)) { return far - milli }
        return 2 * far - (milli << 30) / max(pod.worth, 1)
    }

    private func areFull(_ models: UInt64) -> Bool {
        if !hasPrices { return false }
        for model in balance.prices.indices
        where models & (1 << UInt64(model)) != 0 && balance.prices[model] < Self.fullPrice { return false }
        return true
    }
}
