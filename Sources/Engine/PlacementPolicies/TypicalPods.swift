import PlacementEngine
import PlacementModel

/// What one pod of a workload asks, for statistics: memory does not count.
public struct WorkloadShape: Sendable, Hashable {
    public var cpuMilli: Int64
    public var milliPerDevice: Int32
    public var devices: Int32
    /// Models allowed, joined by `|` as given.
    public var models: String

    public init(cpuMilli: Int64, milliPerDevice: Int32, devices: Int32, models: String = "") {
        self.cpuMilli = cpuMilli
        self.milliPerDevice = milliPerDevice
        self.devices = devices
        self.models = models
    }
}

/// The target workload: the most frequent shapes of a pod list and how popular each is.
///
/// - Source: fgd.md section 7
public struct TypicalPods: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var shape: WorkloadShape
        /// Share among the entries; all add up to 1.
        public var popularity: Double
    }

    /// Percent of the pods that the entries must cover.
    public static let coveragePercent = 95

    /// By falling count; among equals by falling CPU, milli, devices and model list.
    public private(set) var entries: [Entry] = []

    /// - Parameter counts: pods of each shape in the list as published, before any tuning.
    /// - Complexity: O(n log n) in shapes.
    public init(counts: [WorkloadShape: Int]) {
        let ordered = counts.sorted { left, right in
            if left.value != right.value { return left.value > right.value }
            let (one, other) = (left.key, right.key)
            if one.cpuMilli != other.cpuMilli { return one.cpuMilli > other.cpuMilli }
            if one.milliPerDevice != other.milliPerDevice { return one.milliPerDevice > other.milliPerDevice }
            if one.devices != other.devices { return one.devices > other.devices }
            return one.models > other.models
        }
        let popularity = Self.popularity(ofOrdered: ordered.map(\.value))
        entries = zip(ordered, popularity).map { Entry(shape: $0.key, popularity: $1) }
    }

    /// Popularity of the shapes to take, from the top until they cover enough.
    ///
    /// - Parameter counts: pods of each shape, falling.
    static func popularity(ofOrdered counts: [Int]) -> [Double] {
        let total = counts.reduce(0, +)
        var taken = 0
        var popularity: [Double] = []
        for count in counts {
            if taken * 100 >= total * coveragePercent { break }
            taken += count
            popularity.append(Double(count) / Double(total))
        }
        let coverage = Double(taken) / Double(total)
        return popularity.map { $0 / coverage }
    }
}
