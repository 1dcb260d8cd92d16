import PlacementKernels
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

/// What is known of an ask in a node state. Lower is better.
///
/// ```
/// bit   63 ... 32   31      30 ... 0
///       rank        exact   record of the devices, 0 = none is kept
/// ```
struct StateEntry: BitwiseCopyable {
    private var bits: UInt64

    private init(_ bits: UInt64) { self.bits = bits }

    /// Nobody has looked.
    static let unknown = StateEntry(UInt64.max)
    static let refused = StateEntry(UInt64.max - 1)
    /// The state's rank is this or worse.
    static func bound(_ rank: UInt32) -> StateEntry { StateEntry(UInt64(rank) << 32) }
    static func exact(_ rank: UInt32, record: Int) -> StateEntry {
        StateEntry(UInt64(rank) << 32 | 1 << 31 | UInt64(record))
    }

    var isUnknown: Bool { bits == UInt64.max }
    var isRefused: Bool { bits == UInt64.max - 1 }
    /// Rank, and exact after bound: what entries are ordered by.
    var key: UInt64 { bits >> 31 }
    var isExact: Bool { bits & 1 << 31 != 0 }
    var record: Int { Int(bits & 0x7fff_ffff) }
    /// The exact key of a bound's rank.
    static func exactKey(ofBound key: UInt64) -> UInt64 { key | 1 }
    /// Behind all keys.
    static let endKey = UInt64.max >> 31
}

/// What one ask gets in each node state: each (ask, state) pair is tried at most once, and only when nothing better is known.
final class StateAsk {
    /// By state.
    private(set) var entries: UnsafeMutablePointer<StateEntry>
    private var count = 0
    private var capacity = 64
    /// Place in the groups' list of reassigned numbers.
    private var position = 0
    /// Necessary on the devices of a node.
    let demand: DeviceDemand
    let checksSlots: Bool
    /// The demand's place among 1, 2, 4 and 8 devices.
    private let countLevel: Int

    /// The best that vendors may add to the score, by node shape and largest idle group; not a number where nobody has asked.
    private var bestExtras: [Float] = []
    private static let idleLevels = StateGroups.largestIdleGroupMax + 1

    /// Devices by record: range in `devices`. Record 0 holds none.
    private var firstDevices: [Int32] = [0, 0]
    private var devices: [AllocatedDevice] = []
    /// One request in one app container of a vendor whose placements change usage alone: the devices of a state are
    /// those of every node in it.
    let remembersDevices: Bool

    init(remembersDevices: Bool, demand: DeviceDemand, checksSlots: Bool) {
        self.remembersDevices = remembersDevices
        self.demand = demand
        self.checksSlots = checksSlots
        countLevel = FeasibilityLevels.countLevel(Int(demand.devices))
        entries = .allocate(capacity: capacity)
    }

    deinit { entries.deallocate() }

    /// Makes room for new states and forgets those whose numbers stand for others now.
    ///
    /// - Complexity: O(states made since the last visit)
    @inline(__always)
    func follow(_ groups: borrowing StateGroups) {
        let end = groups.reassignedStart + groups.reassigned.count
        if position < end {
            if position < groups.reassignedStart {
                for state in 0..<count { entries[state] = .unknown }
            } else {
                for place in position - groups.reassignedStart..<groups.reassigned.count {
                    let state = Int(groups.reassigned[place])
                    if state < count { entries[state] = .unknown }
                }
            }
            position = end
        }
        if count < groups.states.count { grow(groups.states.count) }
    }

    private func grow(_ states: Int) {
        if states > capacity {
            while states > capacity { capacity *= 2 }
            let larger = UnsafeMutablePointer<StateEntry>.allocate(capacity: capacity)
            larger.moveInitialize(from: entries, count: count)
            entries.deallocate()
            entries = larger
        }
        (entries + count).initialize(repeating: .unknown, count: states - count)
        count = states
    }

    /// Whether the memory that a state has free rules the ask out.
    @inline(__always)
    func asksTooMuchMemory(of free: SIMD4<Int32>, leastTotalMiB: Int32) -> Bool {
        if demand.repeatsOnMIG { return false }
        if let memoryMiB = demand.memoryMiB { return free[countLevel] < memoryMiB }
        guard let percent = demand.memoryPercent, percent <= 100 else { return false }
        return free[countLevel] < (leastTotalMiB &* percent) / 100
    }

    func setEntry(_ entry: StateEntry, of state: Int) { entries[state] = entry }

    /// The best that vendors may add to the node score on nodes of a shape, found once; infinite = no bound is known.
    @inline(__always)
    func bestExtra(ofShape shape: Int, largestIdleGroup: Int, find: () -> Float) -> Float {
        let place = shape * Self.idleLevels + largestIdleGroup
        if place < bestExtras.count && !bestExtras[place].isNaN { return bestExtras[place] }
        if place >= bestExtras.count {
            bestExtras.append(contentsOf: repeatElement(.nan, count: place + 1 - bestExtras.count))
        }
        bestExtras[place] = find()
        return bestExtras[place]
    }

    /// Keeps the devices of the workspace's fit. - Returns: their record
    func keepDevices(_ workspace: borrowing FitWorkspace) -> Int {
        for place in 0..<workspace.pickCount {
            let pick = workspace.picks[place]
            devices.append(AllocatedDevice(device: pick.device, memoryMiB: pick.memoryMiB, cores: pick.cores))
        }
        firstDevices.append(Int32(devices.count))
        return firstDevices.count - 2
    }

    func devices(ofRecord record: Int) -> ArraySlice<AllocatedDevice> {
        devices[Int(firstDevices[record])..<Int(firstDevices[record + 1])]
    }
}
