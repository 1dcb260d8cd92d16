import PlacementModel
import VendorCatalog

/// What a request class asks of devices, without CPU, memory and constraints: classes that ask the same share it.
struct AskKey: Hashable {
    var initContainerCount: Int
    var containers: [[DeviceRequest]]
    var rules: [UInt8: PodRules]
    var devicePolicy: DevicePolicy
    var nodePolicyText: String
    var weights: DeviceScoringWeights

    init(_ key: RequestClassKey) {
        initContainerCount = key.initContainerCount
        containers = key.containers
        rules = key.rules
        devicePolicy = key.devicePolicy
        nodePolicyText = key.nodePolicyText
        weights = key.weights
    }
}

/// Ranks of one ask by node state: each (ask, state) pair is tried once.
final class StateAsk {
    static let unknown = UInt64.max
    static let refused = UInt64.max - 1

    /// By state; lower is better.
    private(set) var ranks: [UInt64] = []

    /// The rank for a state, trying it if it is new.
    @inline(__always)
    func rank(of state: Int, states: Int, trial: () -> UInt64) -> UInt64 {
        if ranks.count < states { ranks.append(contentsOf: repeatElement(Self.unknown, count: states - ranks.count)) }
        let known = ranks[state]
        if known != Self.unknown { return known }
        let rank = trial()
        ranks[state] = rank
        return rank
    }
}
