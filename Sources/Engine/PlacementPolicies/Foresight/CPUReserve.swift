import PlacementEngine

/// CPU that is kept for pods without devices when not everything that is expected can have some.
///
/// What is left, less what is expected to stay on every node because no pod finds it enough, is set against what is
/// expected until the fleet is full: the usual CPU of the devices that are free, and that of the ordinary pods without
/// devices, queued and expected. When it does not suffice, *large* pods without devices wait, so that several ordinary ones
/// find room in their stead. When it does not even suffice for the ordinary ones queued, pods wait too whose devices take more
/// than a third of the usual CPU.
///
/// Large are pods without devices that ask at least 1.6 times their average. They wait only when a thirtieth more than what is
/// left would not suffice: one that waits in vain is lost, while ordinary ones find more room than was expected.
///
/// How tightly pods without devices are fitted follows from the same: as long as CPU suffices for the pods that come until all
/// devices are in use, they should not take the CPU that devices beside them need; where it gets short, what counts is that
/// none is left in parts too small for anybody.
/// - Units: CPU milli; worth in millionths of a device.
/// - Source: nested protection levels of revenue management, Littlewood 1972 and Belobaba 1989
struct CPUReserve {
    private let statistics: ForesightStatistics
    /// Asked by the ordinary pods without devices in the queue.
    private var queuedPlainMilli: Int64 = 0
    /// Whether a round began short of CPU.
    private(set) var isShort = false
    /// Weight of the CPU left beside a pod without devices, tenths of a millionth of a device per milli: 3 while 85 % of the CPU
    /// or less is expected to be asked, 50 from 90 % on. Found in the first round with new statistics.
    private(set) var plainTenths: Int64 = -1
    /// Whether pods wait because CPU was short, or even short for the ordinary pods queued.
    private var hasHeldLarge = false
    private var hasHeldThirsty = false

    private static let partMax: Int64 = 1 << 60

    init(_ statistics: ForesightStatistics) { self.statistics = statistics }

    private func isLarge(_ request: MilliRequest) -> Bool {
        !request.asksForDevices && request.cpuMilli >= statistics.largePlainCPUMilli
    }

    /// Adds pods to the queue or takes them off it.
    @inline(__always)
    mutating func queue(_ request: MilliRequest, _ pods: Int64) {
        // A backlog of immense CPU may wrap; what is read of it is kept within bounds.
        if !request.asksForDevices && !isLarge(request) { queuedPlainMilli &+= pods &* request.cpuMilli }
    }

    /// - Returns: whether pods that were held may go now.
    mutating func beginRound(_ sums: FleetSums, queuedWorth: Int64) -> Bool {
        if plainTenths < 0 { plainTenths = min(max(expectedPermille(sums) - 850, 3), 50) }
        isShort = isShort(sums, queuedWorth)
        let isReleasing = hasHeldLarge && !isShort || hasHeldThirsty && !isShortForQueue(sums)
        if isReleasing {
            hasHeldLarge = false
            hasHeldThirsty = false
        }
        return isReleasing
    }

    /// Whether a pod waits although it may fit.
    @inline(__always)
    mutating func holds(_ request: MilliRequest, _ sums: FleetSums, queuedWorth: Int64) -> Bool {
        if statistics.plainCPUMilli == 0 { return false }
        if !request.asksForDevices {
            if !isLarge(request) || !isShort(sums, queuedWorth) { return false }
            hasHeldLarge = true
            return true
        }
        // Below 2^52 and 2^48.
        let isThirsty =
            request.cpuMilli * 3000 > statistics.cpuMilliPerDevice * Int64(request.totalMilli)
        if !isThirsty || !isShortForQueue(sums) { return false }
        hasHeldThirsty = true
        return true
    }

    /// CPU that pods will be able to use.
    /// Both sums are those of a million nodes, below 2^60.
    private func usableMilli(_ sums: FleetSums) -> Int64 {
        sums.cpuMilli - sums.nodes * statistics.strandedCPUMilliPerNode
    }

    /// CPU asked by pods like the statistics' until all devices are in use, in thousandths of what is left.
    private func expectedPermille(_ sums: FleetSums) -> Int64 {
        if statistics.totalMilli == 0 || sums.cpuMilli <= 0 { return 1000 }
        let listed =
            Int128(statistics.cpuMilliPerDevice) * Int128(statistics.totalMilli) / 1000
            + Int128(statistics.allPlainCPUMilli)
        let expected = listed * Int128(sums.idleMilli) / Int128(statistics.totalMilli)
        return Int64(clamping: expected * 1000 / Int128(sums.cpuMilli))
    }

    private func isShort(_ sums: FleetSums, _ queuedWorth: Int64) -> Bool {
        if statistics.plainCPUMilli == 0 { return false }
        // A million nodes of 64 devices of 10^6 millionths: below 2^46, by the thousandth times 2^24 below 2^60.
        let byDevices = statistics.cpuMilliPerDevice * (sums.value / 1000) / 1000
        // A list without devices does not tell how many pods come until they are full.
        let plain =
            statistics.totalWorth > 0
            ? ForesightOutlook.part(
                max(sums.value - queuedWorth, 0), statistics.plainCPUMilli, of: statistics.totalWorth) : 0
        // A thirtieth more, without leaving 64 bits. Each of the three parts is kept below 2^61.
        let usable = usableMilli(sums)
        let queued = min(max(queuedPlainMilli, 0), Self.partMax)
        return usable + usable / 30 < min(byDevices, Self.partMax) + queued + min(plain, Self.partMax)
    }

    private func isShortForQueue(_ sums: FleetSums) -> Bool { usableMilli(sums) < queuedPlainMilli }
}
