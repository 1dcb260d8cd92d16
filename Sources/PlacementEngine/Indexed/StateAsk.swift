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
    /// Memory that each device must have free: an amount, or percent of what it has. `Int32.min` and 0 = not known so.
    private let memoryMiB: Int32
    private let memoryPercent: Int32

    /// The best that vendors may add to the score, by kind of state; not a number where nobody has asked.
    private var bestExtras: UnsafeMutablePointer<Float>
    private var bestExtraCount = 0

    /// Devices of all records, one after another.
    private var devices: UnsafeMutablePointer<AllocatedDevice>
    private var deviceCapacity = 64
    /// Where a record's devices end and the next one's begin. Record 0 holds none.
    private var recordEnds: UnsafeMutablePointer<Int>
    private var recordCapacity = 64
    private var records = 1
    /// One request in one app container of a vendor whose placements change usage alone: the devices of a state are
    /// those of every node in it.
    let remembersDevices: Bool

    init(remembersDevices: Bool, demand: DeviceDemand, checksSlots: Bool) {
        self.remembersDevices = remembersDevices
        self.demand = demand
        self.checksSlots = checksSlots
        countLevel = FeasibilityLevels.countLevel(Int(demand.devices))
        entries = .allocate(capacity: capacity)
        bestExtras = .allocate(capacity: 0)
        devices = .allocate(capacity: deviceCapacity)
        recordEnds = .allocate(capacity: recordCapacity)
        recordEnds.initialize(to: 0)
        let isAmount = demand.memoryMiB != nil
        memoryMiB = demand.repeatsOnMIG ? .min : demand.memoryMiB ?? .min
        memoryPercent = demand.repeatsOnMIG || isAmount ? 0 : demand.memoryPercent.map { $0 <= 100 ? $0 : 0 } ?? 0
    }

    deinit {
        entries.deallocate()
        bestExtras.deallocate()
        devices.deallocate()
        recordEnds.deallocate()
    }

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
        if states > capacity { entries = Self.grown(entries, count: count, &capacity, atLeast: states) }
        (entries + count).initialize(repeating: .unknown, count: states - count)
        count = states
    }

    /// Whether the memory that a state has free rules the ask out.
    @inline(__always)
    func asksTooMuchMemory(of state: StateSummary) -> Bool {
        let free = state.freeMemoryMiB[countLevel]
        return free < memoryMiB
            || memoryPercent > 0 && free < (state.leastTotalMemoryMiB &* memoryPercent) / 100
    }

    func setEntry(_ entry: StateEntry, of state: Int) { entries[state] = entry }

    /// The best that vendors may add to the node score in states of a kind, found once; infinite = no bound is known.
    @inline(__always)
    func bestExtra(ofKind kind: Int, find: () -> Float) -> Float {
        if kind < bestExtraCount && !bestExtras[kind].isNaN { return bestExtras[kind] }
        if kind >= bestExtraCount { growBestExtras(to: max(kind + 1, 2 * bestExtraCount, 8)) }
        bestExtras[kind] = find()
        return bestExtras[kind]
    }

    private func growBestExtras(to count: Int) {
        let larger = UnsafeMutablePointer<Float>.allocate(capacity: count)
        larger.initialize(repeating: .nan, count: count)
        larger.update(from: bestExtras, count: bestExtraCount)
        bestExtras.deallocate()
        (bestExtras, bestExtraCount) = (larger, count)
    }

    /// Keeps the devices of the workspace's fit. - Returns: their record
    func keepDevices(_ workspace: borrowing FitWorkspace) -> Int {
        let first = recordEnds[records - 1]
        let end = first + workspace.pickCount
        if end > deviceCapacity { devices = Self.grown(devices, count: first, &deviceCapacity, atLeast: end) }
        if records == recordCapacity {
            recordEnds = Self.grown(recordEnds, count: records, &recordCapacity, atLeast: records + 1)
        }
        for place in first..<end {
            let pick = workspace.picks[place - first]
            (devices + place).initialize(
                to: AllocatedDevice(device: pick.device, memoryMiB: pick.memoryMiB, cores: pick.cores))
        }
        (recordEnds + records).initialize(to: end)
        records += 1
        return records - 1
    }

    /// - Returns: valid until the next record is kept.
    func devices(ofRecord record: Int) -> UnsafeBufferPointer<AllocatedDevice> {
        let first = recordEnds[record - 1]
        return UnsafeBufferPointer(start: devices + first, count: recordEnds[record] - first)
    }

    /// The same elements with more room behind them.
    private static func grown<Element: BitwiseCopyable>(
        _ elements: UnsafeMutablePointer<Element>, count: Int, _ capacity: inout Int, atLeast least: Int
    ) -> UnsafeMutablePointer<Element> {
        capacity = max(2 * capacity, least)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.moveInitialize(from: elements, count: count)
        elements.deallocate()
        return larger
    }
}
