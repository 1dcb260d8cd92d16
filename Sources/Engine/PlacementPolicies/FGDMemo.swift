import PlacementEngine

/// ``FGD`` with every score computed once per node state and request shape.
///
/// ```
/// states    distinct (model, CPU left, devices left ascending)    memory and the order of devices do not count
/// shapes    distinct (CPU, milli, devices) of requests
/// scores    states x shapes: the score, and which device gives it
/// before    F by state
/// ```
///
/// When there are too many states the memory is cleared, which changes no decision.
struct FGDMemo: MilliPolicy, ~Copyable {
    /// What is known of a shape on a state.
    private struct Verdict: BitwiseCopyable {
        static let unknown = Verdict(score: .min, place: 0, isTied: false)
        var score: Int16
        /// Place of the best device among the sorted ones.
        var place: UInt8
        /// Devices with another amount left give the same score.
        var isTied: Bool
    }

    /// States kept before all are dropped.
    private static let statesMax = 1 << 17

    private let typicalPods: TypicalPods
    private let plain: FGD
    private let table: FragmentationTable
    private var states: MilliStates
    private var before: [Double] = []
    private var shapes: [MilliRequest] = []
    private var shapesCapacity = 64
    private var scores: UnsafeMutablePointer<Verdict>
    private var statesCapacity = 1 << 12
    /// By node row.
    private var stateOfRow: UnsafeMutablePointer<Int32>
    private let rows: Int
    /// Devices of the state that a placement leads to, ascending.
    private let after: UnsafeMutablePointer<Int32>

    init(_ typicalPods: TypicalPods, _ cluster: Fleet) {
        self.typicalPods = typicalPods
        plain = FGD(typicalPods, cluster)
        table = FragmentationTable(plain.fragmentation)
        let devicesMax = cluster.devicesPerNodeMax
        states = MilliStates(stride: max(devicesMax, 1))
        rows = cluster.table.nodeRowCount
        stateOfRow = .allocate(capacity: max(rows, 1))
        stateOfRow.initialize(repeating: -1, count: max(rows, 1))
        scores = .allocate(capacity: statesCapacity * shapesCapacity)
        scores.initialize(repeating: .unknown, count: statesCapacity * shapesCapacity)
        after = .allocate(capacity: max(devicesMax, 1))
        before.reserveCapacity(statesCapacity)
    }

    deinit {
        stateOfRow.deallocate()
        scores.deallocate()
        after.deallocate()
    }

    mutating func fleetDidChange(_ cluster: Fleet) { self = FGDMemo(typicalPods, cluster) }

    mutating func prepare(_ request: inout MilliRequest) {
        var shape = request
        shape.memoryBytes = 0
        shape.models = .max
        shape.shape = -1
        if let known = shapes.firstIndex(of: shape) {
            request.shape = Int32(known)
            return
        }
        request.shape = Int32(shapes.count)
        shapes.append(shape)
        if shapes.count > shapesCapacity { resize(states: statesCapacity, shapes: shapesCapacity * 2) }
    }

    mutating func nodeDidChange(_ node: MilliNode) {
        stateOfRow[Int(node.row)] = -1
    }

    @inline(__always)
    mutating func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 {
        Int32(verdict(request, node).score)
    }

    mutating func shareDevice(_ request: MilliRequest, _ node: MilliNode) -> Int {
        let verdict = verdict(request, node)
        // Among devices of different amounts the first in device order wins, which a sorted state does not know.
        if verdict.isTied { return plain.shareDevice(request, node) }
        let left = states.devices(of: Int(stateOfRow[Int(node.row)]))[Int(verdict.place)]
        var device = 0
        while node.left[device] != left { device += 1 }
        return device
    }

    @inline(__always)
    private mutating func verdict(_ request: MilliRequest, _ node: MilliNode) -> Verdict {
        let state = state(of: node)
        let known = scores[state * shapesCapacity + Int(request.shape)]
        if known.score != Verdict.unknown.score { return known }
        let verdict = compute(request, state: state)
        scores[state * shapesCapacity + Int(request.shape)] = verdict
        return verdict
    }

    @inline(__always)
    private mutating func state(of node: MilliNode) -> Int {
        let known = stateOfRow[Int(node.row)]
        return known >= 0 ? Int(known) : intern(node)
    }

    private mutating func intern(_ node: MilliNode) -> Int {
        if states.count == Self.statesMax { forget() }
        let state = states.intern(node)
        if state == statesCapacity { resize(states: statesCapacity * 2, shapes: shapesCapacity) }
        if state == before.count {
            before.append(
                table.total(
                    model: node.model, cpuLeftMilli: node.cpuLeftMilli, sorted: states.devices(of: state),
                    count: Int(node.deviceCount)))
        }
        stateOfRow[Int(node.row)] = Int32(truncatingIfNeeded: state)
        return state
    }

    private mutating func forget() {
        states.removeAll()
        before.removeAll(keepingCapacity: true)
        stateOfRow.update(repeating: -1, count: rows)
        scores.update(repeating: .unknown, count: statesCapacity * shapesCapacity)
    }

    private mutating func resize(states newStates: Int, shapes newShapes: Int) {
        let larger = UnsafeMutablePointer<Verdict>.allocate(capacity: newStates * newShapes)
        larger.initialize(repeating: .unknown, count: newStates * newShapes)
        for state in 0..<min(states.count, statesCapacity) {
            (larger + state * newShapes).update(from: scores + state * shapesCapacity, count: shapesCapacity)
        }
        scores.deallocate()
        scores = larger
        statesCapacity = newStates
        shapesCapacity = newShapes
    }

    // MARK: Scores

    private func compute(_ request: MilliRequest, state: Int) -> Verdict {
        let devices = states.devices(of: state)
        let count = states.deviceCount(of: state)
        var best = Verdict.unknown
        if request.isShare {
            for place in 0..<count where devices[place] >= request.milliPerDevice {
                if place > 0 && devices[place] == devices[place - 1] { continue }
                let score = Int16(score(request, state: state, place: place))
                if score > best.score {
                    best = Verdict(score: score, place: UInt8(place), isTied: false)
                } else if score == best.score {
                    best.isTied = true
                }
            }
            return best
        }
        // The tightest devices follow one another from the first that fits.
        var first = 0
        if request.asksForDevices { while first < count && devices[first] < request.milliPerDevice { first += 1 } }
        return Verdict(score: Int16(score(request, state: state, place: first)), place: 0, isTied: false)
    }

    /// Score of taking the milli asked from as many devices as asked, beginning at a place among the sorted ones.
    private func score(_ request: MilliRequest, state: Int, place: Int) -> Int32 {
        let devices = states.devices(of: state)
        let count = states.deviceCount(of: state)
        let end = min(place + Int(request.devices), count)
        // What is taken from moves down; merge it with the devices before it.
        after.update(from: devices, count: count)
        for device in place..<end {
            let left = devices[device] - request.milliPerDevice
            var target = device
            while target > 0 && after[target - 1] > left {
                after[target] = after[target - 1]
                target -= 1
            }
            after[target] = left
        }
        let total = table.total(
            model: states.modelSymbol(of: state), cpuLeftMilli: states.cpu[state] - request.cpuMilli, sorted: after,
            count: count)
        return FGD.score(before: before[state], after: total)
    }
}
