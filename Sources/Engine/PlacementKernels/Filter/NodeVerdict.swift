public import PlacementModel

/// What a node says to a request, small enough to be counted for millions of pairs of node and request.
public struct NodeVerdict: Sendable, Hashable, BitwiseCopyable {
    /// A bit for each reason, by raw value; above them the verdicts that are no reason of a device.
    public private(set) var bits: UInt32

    /// The node takes the request.
    public static let fits = NodeVerdict(bits: 0)
    /// The node has fewer devices of the type than are asked.
    public static let tooFewDevices = NodeVerdict(bits: 1 << 31)
    /// A device was chosen and could not be cut after all.
    public static let migAllocationFailed = NodeVerdict(bits: 1 << 30)

    private init(bits: UInt32) { self.bits = bits }

    public mutating func insert(_ reason: RejectionReason) { bits |= 1 << UInt32(reason.rawValue) }
}
