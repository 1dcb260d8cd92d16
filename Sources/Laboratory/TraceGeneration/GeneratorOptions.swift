import PlacementModel

/// What a generated trace looks like.
public struct GeneratorOptions: Sendable {
    /// When pods come.
    public enum ArrivalProcess: String, Sendable, Hashable, CaseIterable {
        /// All at the start.
        case backlog
        /// Independently, at a mean rate.
        case poisson
        /// In bursts of about fifty, at the same mean rate.
        case bursty
    }

    /// How long pods stay, around a mean.
    public enum DurationDistribution: String, Sendable, Hashable, CaseIterable {
        case exponential
        /// Most pods short, a few very long (sigma 1.5).
        case lognormal
    }

    /// A trace shaped after a real one.
    public enum Preset: String, Sendable, Hashable, CaseIterable {
        case gpuShare2023 = "gpu-share-2023"
    }

    public var name = "generated"
    public var description = ""
    /// The command that makes the trace again, for `trace.json`.
    public var origin = ""
    public var preset: Preset?
    public var nodes = 100
    /// Nil = what is usual for the device model.
    public var devicesPerNode: Int?
    /// Shares of the fleet by the vendors' trace keys.
    public var vendors: [(key: String, weight: Int)] = []
    public var pods = 1000
    /// Distinct request classes over all vendors.
    public var classes = 64
    public var seed: UInt64 = 1
    public var arrivalProcess = ArrivalProcess.backlog
    public var arrivalsPerHour = 1000.0
    /// Nil = pods stay.
    public var meanDurationMinutes: Double?
    public var durationDistribution = DurationDistribution.exponential
    /// Share of the fleet's slots that resident pods hold at the start, 0 to 1.
    public var prefillShare = 0.0
    /// Share of the request classes that want a certain zone, 0 to 1.
    public var selectorShare = 0.0
    /// Share of the pods that belong to gangs, 0 to 1.
    public var gangShare = 0.0

    public init() {}

    /// - Throws: ``GeneratorError`` for the first value that makes no sense.
    func validate() throws(GeneratorError) {
        func require(_ holds: Bool, _ problem: String) throws(GeneratorError) {
            if !holds { throw GeneratorError(problem) }
        }
        try require(InputLimits.generatedNodes.contains(nodes), "a fleet has 1 to 1,000,000 nodes, not \(nodes)")
        try require(InputLimits.generatedPods.contains(pods), "a trace has 0 to 100,000,000 pods, not \(pods)")
        try require(
            InputLimits.generatedClasses.contains(classes), "there are 1 to 1,000,000 request classes, not \(classes)")
        try require(
            devicesPerNode.map { (1...InputLimits.traceDevicesPerNode).contains($0) } ?? true,
            "a node has 1 to 128 devices, not \(devicesPerNode ?? 0)")
        try require(preset != nil || !vendors.isEmpty, "name at least one vendor and its share")
        for (key, weight) in vendors {
            try require(
                InputLimits.generatedShare.contains(weight), "the share of \(key) must be 1 to 1,000,000, not \(weight)"
            )
        }
        try require(
            InputLimits.arrivalsPerHour.contains(arrivalsPerHour), "the arrival rate must be 0.001 to 1e9 pods an hour")
        try require(
            meanDurationMinutes.map(InputLimits.meanDurationMinutes.contains) ?? true,
            "the mean duration must be 0.001 to 10,000,000 minutes")
        for (word, share) in [("prefilled", prefillShare), ("selector", selectorShare), ("gang", gangShare)] {
            try require(share >= 0 && share <= 1, "the \(word) share must be 0 to 1, not \(share)")
        }
    }
}

/// Options that no trace can be made of.
public struct GeneratorError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}
