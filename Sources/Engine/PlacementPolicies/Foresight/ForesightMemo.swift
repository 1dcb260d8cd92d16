import DeviceTable
import PlacementEngine
import PlacementModel

/// The parts of ``ForesightPolicy``'s score that depend on a node's state and a request's shape alone, each computed once.
///
/// ```
/// states     distinct (model, CPU left, devices left ascending)    memory and the order of devices do not count
/// worths     by state: potential, worth of the free parts, supply, whole devices
/// shapes     distinct (CPU, milli, devices) of requests
/// verdicts   states x shapes: score without slots and prices, device, slots lost
/// ```
///
/// When there are too many states the memory is cleared, which changes no decision.
struct ForesightMemo: ~Copyable {
    /// What a shape does to a state.
    struct Verdict: BitwiseCopyable {
        static let unknown = Verdict(score: .min, place: 0, lost: 0)
        /// Change of potential less tightness, millionths.
        var score: Int32
        /// Place of the best device among the sorted ones.
        var place: UInt8
        /// Kinds of slots lost, a bit each.
        var lost: UInt8
    }

    /// What a state is worth.
    struct StateWorth: BitwiseCopyable {
        var worth: PotentialTable.Worth
        var idleMilli: Int32
        var wholeDevices: Int32
    }

    /// States kept before all are dropped.
    private static let statesMax = 1 << 17

    /// See ``CPUReserve/plainTenths``; verdicts hold while it stays the same.
    var plainTenths: Int64 = 0
    private let table: PotentialTable
    private let kinds: [ForesightStatistics.SlotKind]
    private var states: MilliStates
    private var worths: UnsafeMutablePointer<StateWorth>
    private var worthCount = 0
    private var shapes: [MilliRequest] = []
    private var spoils: [UInt8] = []
    private var shapesCapacity = 64
    private var statesCapacity = 1 << 12
    private var verdicts: UnsafeMutablePointer<Verdict>
    /// By position in the fleet; -1 = not known.
    private let stateOfPosition: UnsafeMutablePointer<Int32>
    private let positions: Int
    /// Devices of the state that a placement leads to, ascending.
    private let after: UnsafeMutablePointer<Int32>

    init(_ statistics: ForesightStatistics, _ cluster: Fleet, positions: Int) {
        let devicesMax = max(cluster.devicesPerNodeMax, 1)
        table = PotentialTable(
            NodePotential(statistics, modes: cluster.table.modes, devicesMax: cluster.devicesPerNodeMax))
        kinds = statistics.slotKinds
        states = MilliStates(stride: devicesMax)
        worths = .allocate(capacity: statesCapacity)
        verdicts = .allocate(capacity: statesCapacity * shapesCapacity)
        verdicts.initialize(repeating: .unknown, count: statesCapacity * shapesCapacity)
        self.positions = positions
        stateOfPosition = .allocate(capacity: max(positions, 1))
        stateOfPosition.initialize(repeating: -1, count: max(positions, 1))
        after = .allocate(capacity: devicesMax)
    }

    deinit {
        worths.deallocate()
        verdicts.deallocate()
        stateOfPosition.deallocate()
        after.deallocate()
    }

    /// Number of a request's shape. - Complexity: O(shapes)
    mutating func shape(of pod: ForesightRequest) -> Int {
        var shape = pod.request
        shape.memoryBytes = 0
        shape.models = .max
        shape.shape = -1
        if let known = shapes.firstIndex(of: shape) { return known }
        shapes.append(shape)
        spoils.append(pod.spoils)
        if shapes.count > shapesCapacity { resize(states: statesCapacity, shapes: shapesCapacity * 2) }
        return shapes.count - 1
    }

    /// Says that a node's state is new.
    @inline(__always)
    func nodeDidChange(_ position: Int) { stateOfPosition[position] = -1 }

    @inline(__always)
    mutating func worth(_ position: Int, _ node: MilliNode) -> StateWorth {
        // First the state: a new one may move the worths.
        let state = state(position, node)
        return worths[state]
    }

    @inline(__always)
    mutating func verdict(_ shape: Int, _ position: Int, _ node: MilliNode) -> Verdict {
        let state = state(position, node)
        let known = verdicts[state * shapesCapacity + shape]
        if known.score != Verdict.unknown.score { return known }
        let verdict = compute(shape, state: state)
        verdicts[state * shapesCapacity + shape] = verdict
        return verdict
    }

    /// The device that a pod which shares one takes. - Precondition: one fits.
    mutating func shareDevice(_ shape: Int, _ position: Int, _ node: MilliNode) -> Int {
        let place = Int(verdict(shape, position, node).place)
        let left = states.devices(of: Int(stateOfPosition[position]))[place]
        var device = 0
        while node.left[device] != left { device += 1 }
        return device
    }

    @inline(__always)
    private mutating func state(_ position: Int, _ node: MilliNode) -> Int {
        let known = stateOfPosition[position]
        return known >= 0 ? Int(known) : intern(position, node)
    }

    private mutating func intern(_ position: Int, _ node: MilliNode) -> Int {
        if states.count == Self.statesMax { forget() }
        let state = states.intern(node)
        if state == statesCapacity { resize(states: statesCapacity * 2, shapes: shapesCapacity) }
        if state == worthCount {
            let worth = table.worth(
                model: node.model, cpuLeftMilli: node.cpuLeftMilli, sorted: states.devices(of: state),
                count: Int(node.deviceCount))
            (worths + state).initialize(
                to: StateWorth(worth: worth, idleMilli: node.idleMilli, wholeDevices: node.wholeDevices))
            worthCount += 1
        }
        stateOfPosition[position] = Int32(truncatingIfNeeded: state)
        return state
    }

    private mutating func forget() {
        states.removeAll()
        worthCount = 0
        stateOfPosition.update(repeating: -1, count: positions)
        verdicts.update(repeating: .unknown, count: statesCapacity * shapesCapacity)
    }

    private mutating func resize(states newStates: Int, shapes newShapes: Int) {
        let larger = UnsafeMutablePointer<Verdict>.allocate(capacity: newStates * newShapes)
        larger.initialize(repeating: .unknown, count: newStates * newShapes)
        for state in 0..<min(states.count, statesCapacity) {
            (larger + state * newShapes).update(from: verdicts + state * shapesCapacity, count: shapesCapacity)
        }
        verdicts.deallocate()
        verdicts = larger
        if newStates > statesCapacity {
            let moved = UnsafeMutablePointer<StateWorth>.allocate(capacity: newStates)
            moved.moveInitialize(from: worths, count: worthCount)
            worths.deallocate()
            worths = moved
        }
        statesCapacity = newStates
        shapesCapacity = newShapes
    }

    // MARK: Scores

    private func compute(_ shape: Int, state: Int) -> Verdict {
        let request = shapes[shape]
        let devices = states.devices(of: state)
        let count = states.deviceCount(of: state)
        let cpuAfter = states.cpu[state] - request.cpuMilli
        var best = Int64.min
        var bestPlace = 0
        var whole: Int32 = 0
        if request.isShare {
            for place in 0..<count where devices[place] >= request.milliPerDevice {
                if place > 0 && devices[place] == devices[place - 1] { continue }
                let potential = potential(request, state: state, place: place)
                if potential > best {
                    best = potential
                    bestPlace = place
                }
            }
            let takesWhole = devices[bestPlace] == MilliNode.deviceMilli
            whole = worths[state].wholeDevices - (takesWhole ? 1 : 0)
        } else {
            // The tightest devices follow one another from the first that fits.
            var first = 0
            if request.asksForDevices { while first < count && devices[first] < request.milliPerDevice { first += 1 } }
            best = potential(request, state: state, place: first)
            for device in 0..<count where after[device] == MilliNode.deviceMilli { whole += 1 }
        }
        let score = ForesightPolicy.base(
            best - worths[state].worth.potential,
            tightness: ForesightPolicy.tightness(request, cpuLeftMilli: cpuAfter, plainTenths: plainTenths))
        let lost = ForesightPolicy.lostSlots(
            kinds, spoils: spoils[shape], whole: (worths[state].wholeDevices, whole),
            cpuMilli: (states.cpu[state], cpuAfter))
        // A node has at most 64 devices.
        return Verdict(score: score, place: UInt8(bestPlace), lost: lost)
    }

    /// Potential with the milli asked taken from as many devices as asked, beginning at a place among the sorted ones.
    private func potential(_ request: MilliRequest, state: Int, place: Int) -> Int64 {
        let devices = states.devices(of: state)
        let count = states.deviceCount(of: state)
        // What is taken from moves down; merge it with the devices before it.
        after.update(from: devices, count: count)
        for device in place..<max(min(place + Int(request.devices), count), place) {
            let left = devices[device] - request.milliPerDevice
            var target = device
            while target > 0 && after[target - 1] > left {
                after[target] = after[target - 1]
                target -= 1
            }
            after[target] = left
        }
        return table.worth(
            model: states.modelSymbol(of: state), cpuLeftMilli: states.cpu[state] - request.cpuMilli, sorted: after,
            count: count
        ).potential
    }
}
