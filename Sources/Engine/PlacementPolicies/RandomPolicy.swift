import PlacementEngine

/// Draws the node, and the device of a pod that shares one.
///
/// - Determinism: the seed gives the draws; one per pod with two or more fitting nodes, then one per fitting device but the
///   first.
/// - Source: fgd.md sections 5 and 6
public struct RandomPolicy: MilliPolicy {
    private var state: UInt64

    public static var drawsNode: Bool { true }

    public init(seed: UInt64) { state = seed }

    public func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 { 0 }

    /// Reservoir draw in device order: the k-th fitting device takes the place of the earlier pick with probability 1/k.
    public mutating func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int {
        var picked = -1
        var fitting = 0
        for device in 0..<Int(node.deviceCount) where node.left[device] >= request.milliPerDevice {
            fitting += 1
            if fitting == 1 || draw(below: fitting) == 0 { picked = device }
        }
        return picked
    }

    /// By multiplication with rejection (Lemire), from splitmix64.
    public mutating func draw(below bound: Int) -> Int {
        let bound = UInt64(bound)
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
        }
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension RandomPolicy: SharePolicy {
    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 { 0 }
}

extension PlacementPolicy {
    public static let random = PlacementPolicy(name: "Random", summary: "any node that fits") { context in
        RandomPolicy(seed: context.seed)
    }
}
