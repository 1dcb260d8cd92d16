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

/// What holds for an ask in all states of one kind: what vendors may add to its node score, and the memory it needs.
struct KindTerms: BitwiseCopyable {
    /// The bound on the better side; infinite = none is known.
    var bestExtra: Float
    /// Whether they add just that, whatever is used.
    var isExact: Bool
    /// Memory that each device must have free there; `Int32.min` = any.
    var leastMemoryMiB: Int32
    /// Whether the vendor chooses by group there, see `Vendor.choosesByGroup`.
    var choosesByGroup = false

    /// Nobody has asked.
    static let unknown = KindTerms(bestExtra: .nan, isExact: false, leastMemoryMiB: .min)
    var isUnknown: Bool { bestExtra.isNaN }
}

/// What one ask gets in each node state: each (ask, state) pair is tried at most once, and only when nothing better is known.
///
/// Thousands of asks share the cache, and a search visits dozens of states: two bits a state say what is known, and the few that
/// were tried lie together.
struct StateAsk: ~Copyable {
    /// What is known of 64 states, a bit each; of a state that is neither, nobody has asked.
    struct Marks: BitwiseCopyable {
        var tried: UInt64 = 0
        var refused: UInt64 = 0
    }

    /// By state, 64 in each.
    private(set) var marks: UnsafeMutablePointer<Marks>
    private var markCapacity = 16
    /// Trials by state; open addressing. Those of states without the mark are left over from earlier states of the number.
    private(set) var trials: UnsafeMutablePointer<StateTrial>
    private var trialCapacity = 16
    private var trialCount = 0
    /// Place in the groups' list of reassigned numbers.
    private var position = 0
    /// Necessary on the devices of a node.
    let demand: DeviceDemand
    let checksSlots: Bool
    /// The demand's place among 1, 2, 4 and 8 devices.
    let countLevel: Int
    /// Memory that each device must have free: an amount, or percent of what it has. `Int32.min` and 0 = not known so.
    let memoryMiB: Int32
    private let memoryPercent: Int32

    /// What vendors may add to the score, by kind of state.
    private var terms: UnsafeMutablePointer<KindTerms>
    private var termCount = 0

    /// Devices of all records, one after another.
    private var devices: UnsafeMutablePointer<AllocatedDevice>
    private var deviceCapacity = 16
    /// Where a record's devices end and the next one's begin. Record 0 holds none.
    private var recordEnds: UnsafeMutablePointer<Int>
    private var recordCapacity = 16
    private var records = 1
    /// One request in one app container of a vendor whose placements change usage alone: the devices of a state are
    /// those of every node in it.
    let remembersDevices: Bool

    init(remembersDevices: Bool, demand: DeviceDemand, checksSlots: Bool) {
        self.remembersDevices = remembersDevices
        self.demand = demand
        self.checksSlots = checksSlots
        countLevel = FeasibilityLevels.countLevel(Int(demand.devices))
        marks = .allocate(capacity: markCapacity)
        marks.initialize(repeating: Marks(), count: markCapacity)
        trials = .allocate(capacity: trialCapacity)
        trials.initialize(repeating: .none, count: trialCapacity)
        terms = .allocate(capacity: 0)
        devices = .allocate(capacity: deviceCapacity)
        recordEnds = .allocate(capacity: recordCapacity)
        recordEnds.initialize(to: 0)
        let isAmount = demand.memoryMiB != nil
        memoryMiB = demand.repeatsOnMIG ? .min : demand.memoryMiB ?? .min
        memoryPercent = demand.repeatsOnMIG || isAmount ? 0 : demand.memoryPercent.map { $0 <= 100 ? $0 : 0 } ?? 0
    }

    deinit {
        marks.deallocate()
        trials.deallocate()
        terms.deallocate()
        devices.deallocate()
        recordEnds.deallocate()
    }

    /// Makes room for new states and forgets those whose numbers stand for others now.
    ///
    /// - Complexity: O(states made since the last visit)
    @inline(__always)
    mutating func follow(_ groups: borrowing StateGroups) {
        if position != groups.reassignedEnd { forget(groups) }
        if records > Limits.askRecords { forgetAll() }
        if markCapacity << 6 < groups.stateCount { grow(groups.stateCount) }
    }

    /// Starts anew, once the devices of many trials are kept.
    private mutating func forgetAll() {
        marks.update(repeating: Marks(), count: markCapacity)
        trials.update(repeating: .none, count: trialCapacity)
        trialCount = 0
        records = 1
    }

    var memoryBytes: Int {
        markCapacity * MemoryLayout<Marks>.stride + trialCapacity * MemoryLayout<StateTrial>.stride
            + termCount * MemoryLayout<KindTerms>.stride + deviceCapacity * MemoryLayout<AllocatedDevice>.stride
            + recordCapacity * 8 + 400
    }

    private mutating func forget(_ groups: borrowing StateGroups) {
        if position < groups.reassignedStart {
            marks.update(repeating: Marks(), count: markCapacity)
        } else {
            for place in position - groups.reassignedStart..<groups.reassigned.count {
                let state = Int(groups.reassigned[place])
                if state >> 6 >= markCapacity { continue }
                let bit: UInt64 = 1 << UInt64(state & 63)
                marks[state >> 6].tried &= ~bit
                marks[state >> 6].refused &= ~bit
            }
        }
        position = groups.reassignedEnd
    }

    private mutating func grow(_ states: Int) {
        let capacity = max(2 * markCapacity, (states + 63) >> 6)
        marks = grown(marks, from: markCapacity, to: capacity, filler: Marks())
        markCapacity = capacity
    }

    /// Where the trial of a state is kept, or belongs.
    @inline(__always)
    private func place(of state: Int) -> Int {
        var place = (state &* 0x9e37_79b1) >> 8 & (trialCapacity - 1)
        while trials[place].state >= 0 && Int(trials[place].state) != state {
            place = (place + 1) & (trialCapacity - 1)
        }
        return place
    }

    /// What the trial of a state gave. - Precondition: it has the mark.
    @inline(__always)
    func trial(of state: Int) -> StateTrial { trials[place(of: state)] }

    mutating func keep(_ trial: StateTrial) {
        let state = Int(trial.state)
        if trials[place(of: state)].state < 0 {
            trialCount += 1
            if 2 * trialCount > trialCapacity { growTrials() }
        }
        trials[place(of: state)] = trial
        marks[state >> 6].tried |= 1 << UInt64(state & 63)
    }

    private mutating func growTrials() {
        let (old, count) = (trials, trialCapacity)
        trialCapacity *= 2
        trials = .allocate(capacity: trialCapacity)
        trials.initialize(repeating: .none, count: trialCapacity)
        for kept in 0..<count where old[kept].state >= 0 { trials[place(of: Int(old[kept].state))] = old[kept] }
        old.deallocate()
    }

    /// Fetches what the next search will read.
    @inline(__always)
    func fetch() {
        prefetch(trials)
        prefetch(terms)
        for line in 0..<min(markCapacity / Self.marksInLine, Self.linesFetched) {
            prefetch(marks + line * Self.marksInLine)
        }
    }

    private static let marksInLine = 64 / MemoryLayout<Marks>.stride
    /// Of the marks; further ones would push out what is needed sooner.
    private static let linesFetched = 1

    mutating func refuse(_ state: Int) { marks[state >> 6].refused |= 1 << UInt64(state & 63) }

    /// The memory that each device of the ask must have free where the smallest has `totalMiB`.
    func leastMemoryMiB(ofTotal totalMiB: Int32) -> Int32 {
        memoryPercent > 0 ? max(memoryMiB, (totalMiB &* memoryPercent) / 100) : memoryMiB
    }

    /// What holds in states of a kind, found once.
    @inline(__always)
    mutating func terms(ofKind kind: Int, find: () -> KindTerms) -> KindTerms {
        if kind < termCount && !terms[kind].isUnknown { return terms[kind] }
        if kind >= termCount { growTerms(to: max(kind + 1, 2 * termCount, 8)) }
        terms[kind] = find()
        return terms[kind]
    }

    /// What is known to hold in states of a kind.
    @inline(__always)
    func knownTerms(ofKind kind: Int) -> KindTerms { kind < termCount ? terms[kind] : .unknown }

    private mutating func growTerms(to count: Int) {
        terms = grown(terms, from: termCount, to: count, filler: .unknown)
        termCount = count
    }

    /// Keeps the devices that a state's nodes give. - Returns: their record
    @inline(__always)
    mutating func keepDevices(count: Int, _ device: (Int) -> AllocatedDevice) -> Int {
        let first = recordEnds[records - 1]
        let end = first + count
        if end > deviceCapacity {
            deviceCapacity = max(2 * deviceCapacity, end)
            devices = grown(devices, from: first, to: deviceCapacity)
        }
        if records == recordCapacity {
            recordCapacity *= 2
            recordEnds = grown(recordEnds, from: records, to: recordCapacity)
        }
        for place in 0..<count { (devices + first + place).initialize(to: device(place)) }
        (recordEnds + records).initialize(to: end)
        records += 1
        return records - 1
    }

    /// - Returns: valid until the next record is kept.
    func devices(ofRecord record: Int) -> UnsafeBufferPointer<AllocatedDevice> {
        let first = recordEnds[record - 1]
        return UnsafeBufferPointer(start: devices + first, count: recordEnds[record] - first)
    }
}
