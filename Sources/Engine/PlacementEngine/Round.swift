import DeviceTable
import PlacementModel

/// What became of one queued pod. `node` is a row of the table, -1 = rejected.
public struct Outcome: Sendable, Hashable, BitwiseCopyable {
    public var node: Int32
    /// First of the pod's devices in ``RoundResult/devices``.
    public var firstDevice: Int32
    public var deviceCount: Int32
    /// Handle to take the pod off again; nobody's when rejected.
    public var resident: ResidentID

    package init(node: Int32, firstDevice: Int32, deviceCount: Int32, resident: ResidentID) {
        self.node = node
        self.firstDevice = firstDevice
        self.deviceCount = deviceCount
        self.resident = resident
    }

    public static let rejected = Outcome(node: -1, firstDevice: 0, deviceCount: 0, resident: .none)

    public var isPlaced: Bool { node >= 0 }
}

/// One device given to a pod: its place in the node, what the pod gets of it, and for whom.
public struct AllocatedDevice: Sendable, Hashable, BitwiseCopyable {
    public var device: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    /// Position of the container, init containers first.
    public var container: UInt16
    /// The vendor asked, by id.
    public var vendor: UInt8

    package init(device: Int32, memoryMiB: Int32, cores: Int32, container: UInt16, vendor: UInt8) {
        self.device = device
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.container = container
        self.vendor = vendor
    }
}

/// Outcomes of a round, one a pod in queue order. Reused from round to round without allocating.
public struct RoundResult: Sendable {
    public var outcomes: [Outcome] = []
    public var devices: [AllocatedDevice] = []
    /// Nanoseconds each decision took; filled only when the engine has a clock.
    public var latencies: [UInt64] = []
    /// HAMi's node score of each decision, 0 where the pod was rejected; filled only when the caller keeps them, by engines
    /// that follow HAMi's policies.
    public var scores: [Float] = []
    public let keepsScores: Bool

    public init(keepsScores: Bool = false) { self.keepsScores = keepsScores }

    public mutating func removeAll() {
        outcomes.removeAll(keepingCapacity: true)
        devices.removeAll(keepingCapacity: true)
        latencies.removeAll(keepingCapacity: true)
        scores.removeAll(keepingCapacity: true)
    }

    /// Adds a pod that no node takes.
    mutating func reject() {
        outcomes.append(.rejected)
        if keepsScores { scores.append(0) }
    }

    public func devices(of outcome: Outcome) -> ArraySlice<AllocatedDevice> {
        devices[Int(outcome.firstDevice)..<Int(outcome.firstDevice + outcome.deviceCount)]
    }
}

/// Exact counts of the work done; they repeat from run to run and from machine to machine.
public struct WorkCounters: Sendable, Hashable {
    /// (class, node) pairs tried in full.
    public var exactChecks = 0
    /// Nodes whose score or feasibility was computed again.
    public var nodesRescored = 0
    /// Levels of an index that were visited.
    public var indexLevels = 0
    /// Cache lines touched, by the engine's own cost model.
    public var cacheLines = 0

    public init() {}
}

/// Decides where queued pods go.
public protocol PlacementEngine: AnyObject {
    var cluster: Fleet { get }
    var name: String { get }
    var counters: WorkCounters { get }

    /// Places pods one after another in queue order; each sees what the earlier ones took.
    ///
    /// - Parameters:
    ///   - classIDs: request class of each pod.
    ///   - clock: monotonic nanoseconds; with it, the time of each decision is recorded.
    ///   - result: appended to.
    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult)

    /// True when the class has been refused and nothing has happened since that could let it fit: placing it now would be
    /// refused again. Engines that do not remember refusals say false.
    ///
    /// - Complexity: O(1)
    func staysRefused(_ classID: Int32) -> Bool

    /// Whether decisions depend on the whole queue; such an engine is told of pods that wait, see
    /// ``waitingDidChange(_:by:)``, and may decide a round in an order of its own.
    var looksAhead: Bool { get }

    /// Says that pods were rejected and wait outside the rounds, or come back in the next round (negative).
    func waitingDidChange(_ classID: Int32, by pods: Int)

    /// Changes when pods that were rejected may fit although nothing was released.
    var retryVersion: Int { get }
}

extension PlacementEngine {
    public func staysRefused(_ classID: Int32) -> Bool { false }

    public var looksAhead: Bool { false }

    public func waitingDidChange(_ classID: Int32, by pods: Int) {}

    public var retryVersion: Int { 0 }
}

/// Running hash of all outcomes in order: node row, then devices with memory and cores.
///
/// Equal hashes mean equal decisions, whatever engine, thread count or machine made them.
public struct DecisionHash: Sendable, Hashable {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    public mutating func combine(_ word: UInt64) {
        // One round of the splitmix64 finaliser over the running value and the word.
        var mixed = (value ^ word) &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        value = mixed ^ (mixed >> 31)
    }

    public mutating func combine(_ outcome: Outcome, in result: RoundResult) {
        combine(UInt64(bitPattern: Int64(outcome.node)))
        for place in Int(outcome.firstDevice)..<Int(outcome.firstDevice + outcome.deviceCount) {
            let device = result.devices[place]
            combine(UInt64(UInt32(bitPattern: device.device)))
            combine(UInt64(UInt32(bitPattern: device.memoryMiB)) << 32 | UInt64(UInt32(bitPattern: device.cores)))
        }
    }

    /// 16 hexadecimal digits.
    public var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
