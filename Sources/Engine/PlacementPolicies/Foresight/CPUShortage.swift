import PlacementEngine
import PlacementModel

/// Free devices of a node that are expected to stay empty because its CPU runs out first.
///
/// What will fill k free devices is taken to want a normally distributed amount of CPU, `k x perDevice` on average with a
/// standard deviation of `spread x root(k)`. The CPU expected to be missing is that of the newsvendor problem:
/// `deviation x loss(z)`, z = (CPU left - wanted) / deviation, loss(z) = pdf(z) - z (1 - cdf(z)).
///
/// ```
/// deviations   by free thousandths of the node: one root each, made once
/// losses       loss(z) for z = -8 ... 8 in steps of 1/256, in 2^-20; straight lines between
/// ```
/// - Units: CPU milli, free devices in thousandths, result in millionths of a device.
/// - Source: the unit normal loss function of inventory theory
struct CPUShortage: Sendable {
    private static let steps = 256
    private static let range = 8
    private static let losses = makeLosses()

    private let perDevice: Int64
    private let deviations: [Int64]

    /// - Parameter idleMaxMilli: most free thousandths that a node can have.
    init(_ statistics: ForesightStatistics, idleMaxMilli: Int) {
        perDevice = statistics.cpuMilliPerDevice
        // At most 2^24 squared, times 2^20 thousandths of 1024 devices: below 2^68, and below 2^58 by the thousandths.
        let squared = UInt64(statistics.cpuSpreadMilli) * UInt64(statistics.cpuSpreadMilli)
        deviations = (0...idleMaxMilli).map { idle in
            let product = squared.multipliedFullWidth(by: UInt64(idle))
            return max(Int64(squareRoot(UInt64(1000).dividingFullWidth(product).quotient)), 1)
        }
    }

    /// - Complexity: O(1)
    func strandedMicro(idleMilli: Int32, cpuLeftMilli: Int64) -> Int64 {
        if idleMilli == 0 || perDevice == 0 { return 0 }
        // Neither side is above 2^41 in magnitude, so that the products below stay under 2^63.
        let cpuLeftMilli = min(max(cpuLeftMilli, -CPUMilli.range.upperBound), CPUMilli.range.upperBound)
        let wanted = perDevice * Int64(idleMilli) / 1000
        let deviation = deviations[Int(idleMilli)]
        // z in 1/4096.
        let z = (cpuLeftMilli - wanted) * 4096 / deviation
        let edge = Int64(Self.range) * 4096
        if z >= edge { return 0 }
        if z <= -edge { return min((wanted - cpuLeftMilli) * 1_000_000 / perDevice, Int64(idleMilli) * 1000) }
        let place = Int((z + edge) >> 4)
        let part = (z + edge) & 15
        let loss = (Int64(Self.losses[place]) * (16 - part) + Int64(Self.losses[place + 1]) * part) >> 4
        // Below 2^29 and 2^23, so that a million times the missing stays below 2^62.
        let missing = (deviation * loss) >> 10
        return min((missing * 1_000_000 / perDevice) >> 10, Int64(idleMilli) * 1000)
    }

    // MARK: The table

    /// From exact floating-point steps alone, so that every machine gets the same numbers.
    private static func makeLosses() -> [Int32] {
        let count = 2 * range * steps
        // Chance of more than z, summed from the far end by Simpson's rule.
        var losses = Array(repeating: Int32(0), count: count + 2)
        var beyond = 0.0
        for place in stride(from: count, through: 0, by: -1) {
            let z = Double(place) / Double(steps) - Double(range)
            if place < count {
                let step = 1 / Double(steps)
                beyond += step / 6 * (density(z) + 4 * density(z + step / 2) + density(z + step))
            }
            let loss = max(density(z) - z * beyond, 0)
            losses[place] = Int32((loss * 1_048_576).rounded())
        }
        return losses
    }

    /// The normal density.
    private static func density(_ z: Double) -> Double {
        // e^-x as the 64th power of a short series.
        let x = z * z / 2 / 64
        var term = 1.0
        var power = 1.0
        for count in 1...16 {
            term *= -x / Double(count)
            power += term
        }
        for _ in 0..<6 { power *= power }
        return power * 0.398_942_280_401_432_7
    }
}
