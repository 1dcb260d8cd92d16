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

/// Ranks of one ask by node state, and the devices it gets there: each (ask, state) pair is tried once.
final class StateAsk {
    static let unknown = UInt64.max
    static let refused = UInt64.max - 1

    /// By state; lower is better.
    private(set) var ranks: [UInt64] = []
    /// Devices by state: range in `devices`; empty when they are not remembered.
    private var firstDevice: [Int32] = []
    private var deviceCount: [Int32] = []
    private var devices: [AllocatedDevice] = []
    /// One request in one app container of a vendor whose placements change usage alone: the devices of a state are
    /// those of every node in it.
    let remembersDevices: Bool

    init(remembersDevices: Bool) { self.remembersDevices = remembersDevices }

    /// Makes room for states up to `count`.
    @inline(__always)
    func reserve(states count: Int) {
        let more = count - ranks.count
        if more <= 0 { return }
        ranks.append(contentsOf: repeatElement(Self.unknown, count: more))
        firstDevice.append(contentsOf: repeatElement(0, count: more))
        deviceCount.append(contentsOf: repeatElement(0, count: more))
    }

    func setRank(_ rank: UInt64, of state: Int) { ranks[state] = rank }

    /// Remembers the devices of the workspace's fit for a state.
    func setDevices(_ workspace: borrowing FitWorkspace, of state: Int) {
        firstDevice[state] = Int32(devices.count)
        deviceCount[state] = Int32(workspace.pickCount)
        for place in 0..<workspace.pickCount {
            let pick = workspace.picks[place]
            devices.append(AllocatedDevice(device: pick.device, memoryMiB: pick.memoryMiB, cores: pick.cores))
        }
    }

    func devices(of state: Int) -> ArraySlice<AllocatedDevice> {
        devices[Int(firstDevice[state])..<Int(firstDevice[state] + deviceCount[state])]
    }
}
