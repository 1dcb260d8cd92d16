import PlacementEngine
import PlacementPolicies

/// What a run reached at each load, binned as the published curves are.
///
/// - Source: fgd.md section 8
public struct LoadCurve: Sendable, Hashable {
    /// Percent of the fleet's device milli that has arrived.
    public static let loads = [80, 90, 95, 100, 110, 120, 130]
    /// Places of the loads at which rounds end under ``LoadReading/marks``. Each makes the round before it a short one, which
    /// costs policies that look ahead, so there are no more than comparisons are made at.
    static let markPlaces = [90, 95, 100, 110, 130].map { loads.firstIndex(of: $0)! }

    /// At each of ``loads``, two decimals; nil = the run never came near the load.
    public private(set) var allocationPercent: [Double?]
    /// Fragmented part of what is idle.
    public private(set) var fragmentationRatioPercent: [Double?]
    /// Fragmented part of the whole fleet.
    public private(set) var fragmentationPercent: [Double?]

    /// Pods without devices that have arrived and are not placed.
    public private(set) var plainPodsUnplaced: [Double?]

    init(
        allocationPercent: [Double?], fragmentationRatioPercent: [Double?], fragmentationPercent: [Double?],
        plainPodsUnplaced: [Double?]
    ) {
        self.allocationPercent = allocationPercent
        self.plainPodsUnplaced = plainPodsUnplaced
        self.fragmentationRatioPercent = fragmentationRatioPercent
        self.fragmentationPercent = fragmentationPercent
    }

    /// The mean of some curves at each load, two decimals; nil where one of them has none.
    init(meanOf curves: [LoadCurve]) {
        func mean(_ values: KeyPath<LoadCurve, [Double?]>) -> [Double?] {
            Self.loads.indices.map { load in
                let known = curves.compactMap { $0[keyPath: values][load] }
                return known.count < curves.count ? nil : (known.reduce(0, +) / Double(known.count)).twoDecimals
            }
        }
        self.init(
            allocationPercent: mean(\.allocationPercent), fragmentationRatioPercent: mean(\.fragmentationRatioPercent),
            fragmentationPercent: mean(\.fragmentationPercent), plainPodsUnplaced: mean(\.plainPodsUnplaced))
    }

    /// Gathers the records of a run, one a pod.
    struct Builder {
        private struct Bin {
            var count = 0
            var allocation = 0.0
            var ratio = 0.0
            var amount = 0.0
            var plain = 0.0

            mutating func add(_ record: FragmentationMeter.Record, plainUnplaced: Int, totalMilli: Int64) {
                count += 1
                plain += Double(plainUnplaced)
                allocation += (100 * Double(record.usedMilli) / Double(totalMilli)).twoDecimals
                ratio += record.fragmentationRatio.twoDecimals
                amount += record.fragmentedMilli
            }
        }

        private let totalMilli: Int64
        private var bins = Array(repeating: Bin(), count: LoadCurve.loads.count)
        /// Records at most one percent away, for loads whose bin is empty.
        private var wideBins = Array(repeating: Bin(), count: LoadCurve.loads.count)

        init(totalMilli: Int64) { self.totalMilli = totalMilli }

        mutating func add(_ record: FragmentationMeter.Record, plainUnplaced: Int) {
            let load = 100 * Double(record.arrivedMilli) / Double(totalMilli)
            let rounded = Int(load.rounded(.toNearestOrEven))
            for (place, bin) in LoadCurve.loads.enumerated() where (Double(bin) - load).magnitude <= 1 {
                if rounded == bin {
                    bins[place].add(record, plainUnplaced: plainUnplaced, totalMilli: totalMilli)
                }
                wideBins[place].add(record, plainUnplaced: plainUnplaced, totalMilli: totalMilli)
            }
        }

        /// Takes the record for a load that has just been reached.
        mutating func mark(_ load: Int, _ record: FragmentationMeter.Record, plainUnplaced: Int) {
            bins[load] = Bin()
            bins[load].add(record, plainUnplaced: plainUnplaced, totalMilli: totalMilli)
        }

        var curve: LoadCurve {
            let used = bins.indices.map { bins[$0].count > 0 ? bins[$0] : wideBins[$0] }
            func mean(_ value: (Bin) -> Double) -> [Double?] {
                used.map { $0.count > 0 ? (value($0) / Double($0.count)).twoDecimals : nil }
            }
            let total = Double(totalMilli)
            return LoadCurve(
                allocationPercent: mean(\.allocation), fragmentationRatioPercent: mean(\.ratio),
                fragmentationPercent: mean { 100 * $0.amount / total }, plainPodsUnplaced: mean(\.plain))
        }
    }
}

extension Double {
    /// Rounded to two decimals from the exact value.
    var twoDecimals: Double { Double(roundedHundredths) / 100 }
}
