/// The rank that an ask may get or gets in a node state, as a number that orders both. Lower is better.
///
/// ```
/// bit   32 ... 1   0
///       rank       1 = this rank just, 0 = this or worse
/// ```
struct StateRank: BitwiseCopyable, Comparable {
    private var bits: UInt64

    private init(bits: UInt64) { self.bits = bits }

    /// The state's rank is this or worse.
    static func bound(_ rank: UInt32) -> StateRank { StateRank(bits: UInt64(rank) << 1) }
    static func exact(_ rank: UInt32) -> StateRank { StateRank(bits: UInt64(rank) << 1 | 1) }
    /// Behind all ranks.
    static let end = StateRank(bits: 1 << 33)

    /// What is known once a bound has proved to be met.
    var met: StateRank { StateRank(bits: bits | 1) }
    /// The rank itself.
    var key: UInt32 { UInt32(truncatingIfNeeded: bits >> 1) }
    /// The rank first, then a node row.
    func order(_ row: Int) -> UInt64 { bits << 31 | UInt64(row) }
    /// The rank in such an order.
    init(ofOrder order: UInt64) { bits = order >> 31 }

    static func < (a: StateRank, b: StateRank) -> Bool { a.bits < b.bits }
}

/// What a trial of an ask in a node state gave.
struct StateTrial: BitwiseCopyable {
    var rank: StateRank
    /// Record of the devices, 0 = none is kept.
    var record: Int32
    /// -1 = of no state.
    var state: Int32

    static let none = StateTrial(rank: .end, record: 0, state: -1)

    init(_ state: Int, rank: StateRank, record: Int) {
        self.init(rank: rank, record: Int32(record), state: Int32(state))
    }

    private init(rank: StateRank, record: Int32, state: Int32) {
        (self.rank, self.record, self.state) = (rank, record, state)
    }
}
