/// A way to choose between nodes, and between the devices of a node, for requests in thousandths of devices.
///
/// A policy sees only nodes that the request fits. The highest score wins, ties go to the smallest rank. Engines may keep
/// scores until a node changes, so a score depends on the request and the node alone.
/// - Source: fgd.md sections 5 and 6
public protocol MilliPolicy: ~Copyable {
    /// Whether the node is drawn instead of scored, see ``draw(below:)``.
    static var drawsNode: Bool { get }

    /// Score of a node before the pod is on it. The node's `left` may be changed while it runs and is as before after it.
    mutating func score(_ request: MilliRequest, _ node: MilliNode) -> Int32

    /// Turns the scores of all fitting nodes into final ones; may merge but never reverse ranks.
    func normalise(_ scores: inout [Int32])

    /// The device for a pod that shares one. - Precondition: some device fits.
    mutating func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int

    /// A whole number below `bound`; policies without randomness have none.
    mutating func draw(below bound: Int) -> Int

    /// Sees a request before the first score of it is asked; may number it.
    mutating func prepare(_ request: inout MilliRequest)

    /// Says that nodes or device models came: what is kept by node row or model must be made anew.
    mutating func fleetDidChange(_ cluster: Cluster)

    /// Says that the node's state is new.
    mutating func nodeDidChange(_ node: MilliNode)
}

extension MilliPolicy where Self: ~Copyable {
    public static var drawsNode: Bool { false }

    public func normalise(_ scores: inout [Int32]) {}

    /// The fitting device with the least left, the first among equals.
    public mutating func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int { node.tightestDevice(request) }

    public mutating func draw(below bound: Int) -> Int { preconditionFailure("this policy draws nothing") }

    public mutating func prepare(_ request: inout MilliRequest) {}

    public mutating func fleetDidChange(_ cluster: Cluster) {}

    public mutating func nodeDidChange(_ node: MilliNode) {}
}

/// The largest machine, by which sums over a node are normalised. - Source: fgd.md section 5
enum LargestMachine {
    static let cpuMilli = 128_000.0
    static let gpuMilli = 8000.0
}

extension Int32 {
    /// The number without its fraction.
    init(truncating number: Double) { self = Int32(Swift.min(Swift.max(number, -2e9), 2e9)) }
}
