/// A state of which only a bound is known, with that bound.
struct UntriedState: BitwiseCopyable {
    /// Bound above, first row below.
    fileprivate let order: UInt64
    private let stateRow: Int32

    fileprivate init(order: UInt64, state: Int) {
        self.order = order
        stateRow = Int32(truncatingIfNeeded: state)
    }

    var bound: StateRank { StateRank(ofOrder: order) }
    /// The state's first node, whether it will do or not.
    var firstNode: Int { Int(order & 0x7fff_ffff) }
    var state: Int { Int(stateRow) }
}

/// The lowest of the states offered, lowest first: of hundreds of states with a bound, one or two are tried, so it does not
/// pay to order them all.
struct UntriedStates: ~Copyable {
    private let states: UnsafeMutablePointer<UntriedState>
    private(set) var count = 0
    /// Whether states were offered that have not been kept.
    private(set) var isCut = false
    /// States that sort before are done with.
    private var start: UInt64 = 0
    private static let countMax = 8

    init() { states = .allocate(capacity: Self.countMax) }

    deinit { states.deallocate() }

    subscript(place: Int) -> UntriedState { states[place] }

    /// Forgets all states, to be offered them from the beginning.
    mutating func clear() {
        start = 0
        count = 0
        isCut = false
    }

    /// Forgets the kept states, which are done with, to be offered the others again.
    mutating func goOn() {
        if count > 0 { start = states[count - 1].order + 1 }
        count = 0
        isCut = false
    }

    var isFull: Bool { count == Self.countMax }

    /// Whether states with this bound and higher ones would not be kept.
    @inline(__always)
    func isFull(below bound: StateRank) -> Bool { count == Self.countMax && bound > states[count - 1].bound }

    /// Notes that further states have not been offered.
    mutating func cut() { isCut = true }

    /// - Parameter firstNode: the state's first node.
    /// - Complexity: O(1) for most states of many
    @inline(__always)
    mutating func offer(_ state: Int, bound: StateRank, firstNode: Int) {
        let order = bound.order(firstNode)
        if order < start { return }
        if count == Self.countMax {
            isCut = true
            if order >= states[count - 1].order { return }
            count -= 1
        }
        var place = count
        while place > 0 && states[place - 1].order > order {
            states[place] = states[place - 1]
            place -= 1
        }
        states[place] = UntriedState(order: order, state: state)
        count += 1
    }
}
