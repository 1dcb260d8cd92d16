import PlacementEngine

/// A way to choose between the nodes that a pod fits: the highest score wins, ties go to the smallest rank.
///
/// What a node looks like is the business of ``MilliPolicy`` (devices in thousandths) and ``SharePolicy`` (slots, memory and
/// cores); a policy states its formula once and serves both.
public protocol ScoringPolicy: ~Copyable {
    /// Whether the node is drawn instead of scored, see ``draw(below:)``.
    static var drawsNode: Bool { get }

    /// Turns the scores of all fitting nodes into final ones; may merge but never reverse ranks.
    func normalise(_ scores: inout [Int32])

    /// A whole number below `bound`; policies without randomness have none.
    mutating func draw(below bound: Int) -> Int
}

extension ScoringPolicy where Self: ~Copyable {
    public static var drawsNode: Bool { false }

    public func normalise(_ scores: inout [Int32]) {}

    public mutating func draw(below bound: Int) -> Int { preconditionFailure("this policy draws nothing") }
}

/// The largest machine, by which sums over a node are normalised.
public struct LargestMachine: Sendable, Hashable, BitwiseCopyable {
    public var cpuMilli: Int64
    /// Thousandths over all devices.
    public var deviceMilli: Int32

    /// That of the published evaluation. - Source: fgd.md section 5
    public static let published = LargestMachine(cpuMilli: 128_000, deviceMilli: 8000)

    public init(cpuMilli: Int64, deviceMilli: Int32) {
        self.cpuMilli = cpuMilli
        self.deviceMilli = deviceMilli
    }

    /// Share of the machine's CPU, and of its devices.
    @inline(__always)
    func share(cpuMilli milli: Int64) -> Double { Double(milli) / Double(cpuMilli) }
    @inline(__always)
    func share(deviceMilli milli: Int32) -> Double { Double(milli) / Double(deviceMilli) }
}

extension Int32 {
    /// The number without its fraction.
    init(truncating number: Double) { self = Int32(Swift.min(Swift.max(number, -2e9), 2e9)) }
}
