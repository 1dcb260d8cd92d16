import PlacementEngine
import PlacementModel

/// Foresight: values free space by what is expected to fill it, and places where the fleet loses least of that value.
///
/// Score of a placement, millionths of a device, the highest wins, ties to the smallest rank:
/// ```
/// potential after - potential before          NodePotential
///   - tightness x CPU left after              tight CPU first
///   - one device x devices, per scarce kind of slot that is lost here and has more devices than the pod
///   - 16 x price of the model x devices asked
/// ```
/// A pod that shares a device takes the device with the best potential, among equals the one with least left, then the
/// first; others take the first devices in order that have what they ask.
/// - Source: docs/foresight.md
enum ForesightPolicy {
    /// Weight of a model's price, in devices per device.
    static let priceWeight: Int64 = 16

    /// What CPU left on the node costs, a fifth of a thousandth of a device per core; pods without devices fit the best where
    /// little is left, the more so the shorter CPU is.
    ///
    /// - Parameter plainTenths: see ``CPUReserve/plainTenths``.
    @inline(__always)
    static func tightness(_ request: MilliRequest, cpuLeftMilli: Int64, plainTenths: Int64) -> Int64 {
        // The weight is at most 50.
        request.asksForDevices ? cpuLeftMilli / 5 : bounded(cpuLeftMilli: cpuLeftMilli) * plainTenths / 10
    }

    /// CPU left of a node within the range of a node's CPU, above and below 0: a node may state none, and running pods may hold
    /// more than there is. The sums of a million nodes stay below 2^60.
    @inline(__always)
    static func bounded(cpuLeftMilli: Int64) -> Int64 {
        min(max(cpuLeftMilli, -CPUMilli.range.upperBound), CPUMilli.range.upperBound)
    }

    /// What a placement loses beside what is queued and scarce: change of potential less tightness, in millionths. Nodes that lose
    /// more than a thousand devices are alike.
    @inline(__always)
    static func base(_ change: Int64, tightness: Int64) -> Int32 { Int32(clamping: max(change - tightness, -1 << 30)) }

    /// The score of a placement, above that of a node that does not fit.
    @inline(__always)
    static func score(base: Int32, slotCost: Int32, price: Int32) -> Int32 {
        Int32(clamping: max(Int64(base) - Int64(slotCost) - Int64(price), Int64(PolicyPlan.refused) + 1))
    }

    /// Slots of a kind that a node has.
    @inline(__always)
    static func slots(_ kind: ForesightStatistics.SlotKind, wholeDevices: Int32, cpuLeftMilli: Int64) -> Int64 {
        let byDevices = Int64(wholeDevices / kind.devices)
        return kind.cpuMilli > 0 ? min(byDevices, cpuLeftMilli / kind.cpuMilli) : byDevices
    }

    /// Kinds of which a node has fewer slots afterwards, a bit each.
    @inline(__always)
    static func lostSlots(
        _ kinds: [ForesightStatistics.SlotKind], spoils: UInt8, whole: (before: Int32, after: Int32),
        cpuMilli: (before: Int64, after: Int64)
    ) -> UInt8 {
        var lost: UInt8 = 0
        for place in kinds.indices where spoils & (1 << place) != 0 {
            let before = slots(kinds[place], wholeDevices: whole.before, cpuLeftMilli: cpuMilli.before)
            let after = slots(kinds[place], wholeDevices: whole.after, cpuLeftMilli: cpuMilli.after)
            if after < before { lost |= 1 << place }
        }
        return lost
    }

    /// What the lost slots cost, millionths of a device.
    static func slotCost(_ kinds: [ForesightStatistics.SlotKind], _ lost: UInt8) -> Int32 {
        // Eight kinds of at most 2^14 devices: below 2^38. Beyond 32 bits it is the most that a score can lose.
        var cost: Int64 = 0
        for place in kinds.indices where lost & (1 << place) != 0 { cost += Int64(kinds[place].devices) * 1_000_000 }
        return Int32(clamping: cost)
    }
}

extension PlacementPolicy {
    public static let foresight = PlacementPolicy(
        name: "foresight", summary: "least value lost to the pods expected, round by round", decidesWithQueue: true,
        engines: PolicyEngines(
            milliScan: { ForesightScanEngine(cluster: $0, $1) },
            milliIndex: { ForesightIndexEngine(cluster: $0, $1) },
            milliScores: { _, _, _ in [] },
            shareScan: { fleet, context in
                SharePolicyScanEngine(cluster: fleet, ranks: context.nodeRanks) {
                    ShareForesight($0, usesTables: false)
                }
            },
            shareIndex: { fleet, context in
                SharePolicyIndexEngine(cluster: fleet, ranks: context.nodeRanks) {
                    ShareForesight($0, usesTables: true)
                }
            },
            shareScores: { _, _, _ in [] }))
}
