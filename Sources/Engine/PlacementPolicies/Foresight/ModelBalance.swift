import PlacementEngine

/// Prices of device models: what is accepted by many pods that have no alternative becomes dear, so that pods with a
/// choice go elsewhere.
///
/// A search for the prices at which demand, split over the accepted models in proportion to supply x e^(-price / 0.05),
/// meets supply; a step moves each price by 0.02 of the excess. The average of the last half of the steps counts.
/// - Units: prices 0 ... ``unit``; supply and demand in millionths of a device.
struct ModelBalance {
    static let unit: Int64 = 1 << 20
    /// Steps of a search from the last prices after this many placements.
    static let placementsBetween = 50
    static let shortSearch = 40
    /// Steps at the start of a round that is not short.
    static let longSearch = 400
    private static let stepShift: Int64 = unit / 50
    /// e^(-20 x / 1024) in 2^-16, for x = 0 ... 1024.
    private static let decay: [Int64] = {
        // One step down is e^(-20/1024), from its series.
        let x = 20.0 / 1024
        var (step, term) = (1.0, 1.0)
        for count in 1...12 {
            term *= -x / Double(count)
            step += term
        }
        var power = 65_536.0
        return (0...1024).map { _ in
            defer { power *= step }
            return max(Int64(power.rounded()), 1)
        }
    }()

    /// What the pods of one set of accepted models ask.
    struct Demand: BitwiseCopyable {
        var models: UInt64
        var micro: Int64 = 0
        /// The part whose slices waste little.
        var denseMicro: Int64 = 0
    }

    private(set) var prices: [Int64]
    /// Whether pods that waste little would fill what is left of a model: four fifths of those expected would.
    private(set) var isOverAsked: [Bool]
    private var sums: [Int64]
    private var loads: [Int64]

    init(models: Int) {
        prices = Array(repeating: 0, count: models)
        isOverAsked = Array(repeating: false, count: models)
        sums = prices
        loads = prices
    }

    /// - Parameter supply: by model.
    /// - Complexity: O(steps x demands x models)
    mutating func search(steps: Int, demands: [Demand], supply: [Int64]) {
        let total = max(supply.reduce(0, +), 1)
        for model in sums.indices { sums[model] = 0 }
        for step in 0..<steps {
            spread(demands, supply, total, onlyDense: false)
            for model in prices.indices {
                let share = Self.share(supply[model], of: total)
                if share <= 0 {
                    prices[model] = Self.unit
                } else {
                    let excess = min(max((loads[model] - share) * Self.unit / share, -Self.unit), Self.unit)
                    prices[model] = min(max(prices[model] + Self.stepShift * excess / Self.unit, 0), Self.unit)
                }
                if step >= steps / 2 { sums[model] += prices[model] }
            }
        }
        for model in prices.indices { prices[model] = sums[model] / Int64(steps - steps / 2) }
        spread(demands, supply, total, onlyDense: true)
        for model in prices.indices {
            isOverAsked[model] = 4 * loads[model] >= 5 * Self.share(supply[model], of: total)
        }
    }

    /// Splits demand over models, in shares of the supply.
    private mutating func spread(
        _ demands: [Demand], _ supply: [Int64], _ total: Int64, onlyDense: Bool
    ) {
        for model in loads.indices { loads[model] = 0 }
        for demand in demands {
            let asked = min(Self.share(onlyDense ? demand.denseMicro : demand.micro, of: total), 8 * Self.unit)
            if asked <= 0 { continue }
            var weights: Int64 = 0
            for model in loads.indices where demand.models & (1 << UInt64(model)) != 0 {
                weights += weight(model, supply, total)
            }
            if weights == 0 { continue }
            for model in loads.indices where demand.models & (1 << UInt64(model)) != 0 {
                // Below 2^23 and 2^36; what a few thousand sets of models ask stays below 2^40 together.
                loads[model] += asked * weight(model, supply, total) / weights
            }
        }
    }

    @inline(__always)
    private func weight(_ model: Int, _ supply: [Int64], _ total: Int64) -> Int64 {
        Self.share(supply[model], of: total) * Self.decay[Int(prices[model] >> 10)]
    }

    /// In 2^-20 of the whole supply.
    @inline(__always)
    private static func share(_ amount: Int64, of total: Int64) -> Int64 {
        // Amounts beyond 2^43 (eight million devices) are shortened first. More than 16 times the supply is asked for the sake of
        // nobody: demand counts eightfold at most.
        amount < 1 << 43 ? amount * unit / total : min(amount / total, 16) * unit
    }
}
