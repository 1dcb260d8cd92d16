import PlacementEngine

/// A policy that chooses between nodes, and between the devices of a node, for requests in thousandths of devices.
///
/// A policy sees only nodes that the request fits. Engines may keep scores until a node changes, so a score depends on the
/// request and the node alone.
/// - Source: fgd.md sections 5 and 6
public protocol MilliPolicy: ScoringPolicy, ~Copyable {
    /// Score of a node before the pod is on it. The node's `left` may be changed while it runs and is as before after it.
    mutating func score(_ request: MilliRequest, _ node: MilliNode) -> Int32

    /// The device for a pod that shares one. - Precondition: some device fits.
    mutating func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int

    /// Sees a request before the first score of it is asked; may number it.
    mutating func prepare(_ request: inout MilliRequest)

    /// Says that nodes or device models came: what is kept by node row or model must be made anew.
    mutating func fleetDidChange(_ cluster: Fleet)

    /// Says that the node's state is new.
    mutating func nodeDidChange(_ node: MilliNode)
}

extension MilliPolicy where Self: ~Copyable {
    /// The fitting device with the least left, the first among equals.
    public mutating func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int { node.tightestDevice(request) }

    public mutating func prepare(_ request: inout MilliRequest) {}

    public mutating func fleetDidChange(_ cluster: Fleet) {}

    public mutating func nodeDidChange(_ node: MilliNode) {}
}
