import PlacementEngine

/// What the fast engine keeps of one request class.
struct PolicyPlan {
    /// Score of a node that does not fit.
    static let refused = Int32.min
    private static let blockSize = 64

    unowned(unsafe) let requestClass: RequestClass
    let request: MilliRequest
    /// The class asks more of a node than the policies check.
    let needsFilters: Bool
    /// By position.
    let scores: UnsafeMutablePointer<Int32>
    private let blockBest: UnsafeMutablePointer<Int32>
    /// A bit a position: whether it fits.
    private let fitting: UnsafeMutablePointer<UInt64>
    /// Blocks whose best must be found again.
    private let isStale: UnsafeMutablePointer<Bool>
    private let count: Int
    private let blockCount: Int
    private(set) var fittingCount = 0
    /// Log position up to which the scores are right; -1 = none is.
    var seen = -1
    /// Number of releases at which no node fitted; -1 = not known.
    var refusedAtRelease = -1

    /// - Parameter request: nil when the policies do not understand the class, so that no node fits, or when the engine does
    ///   not read it.
    init(_ requestClass: RequestClass, _ request: MilliRequest?, nodes: Int) {
        self.requestClass = requestClass
        self.request = request ?? MilliRequest(cpuMilli: 0, devices: .max, milliPerDevice: MilliNode.deviceMilli)
        needsFilters =
            requestClass.hasConstraints || requestClass.resources.ephemeralBytes > 0 || !requestClass.extended.isEmpty
            || requestClass.resources.pods != 1 || requestClass.podKind >= 0
        count = nodes
        blockCount = (nodes + Self.blockSize - 1) / Self.blockSize
        scores = .allocate(capacity: max(blockCount, 1) * Self.blockSize)
        scores.initialize(repeating: Self.refused, count: max(blockCount, 1) * Self.blockSize)
        blockBest = .allocate(capacity: max(blockCount, 1))
        blockBest.initialize(repeating: Self.refused, count: max(blockCount, 1))
        fitting = .allocate(capacity: max(blockCount, 1))
        fitting.initialize(repeating: 0, count: max(blockCount, 1))
        isStale = .allocate(capacity: max(blockCount, 1))
        isStale.initialize(repeating: false, count: max(blockCount, 1))
    }

    func deallocate() {
        scores.deallocate()
        blockBest.deallocate()
        fitting.deallocate()
        isStale.deallocate()
    }

    @inline(__always)
    func fits(_ position: Int) -> Bool { fitting[position >> 6] & (1 << UInt64(position & 63)) != 0 }

    @inline(__always)
    mutating func set(_ position: Int, _ score: Int32) {
        let old = scores[position]
        if old == score { return }
        scores[position] = score
        let block = position >> 6
        if old == Self.refused || score == Self.refused {
            fittingCount &+= old == Self.refused ? 1 : -1
            fitting[block] ^= 1 << UInt64(position & 63)
        }
        if score > blockBest[block] {
            blockBest[block] = score
        } else if old == blockBest[block] {
            isStale[block] = true
        }
    }

    /// The first position of the highest score, or -1. - Complexity: O(nodes / 64 + 64 x changed blocks)
    @inline(__always)
    mutating func best() -> Int {
        var best = Self.refused
        var bestBlock = 0
        for block in 0..<blockCount {
            if isStale[block] {
                isStale[block] = false
                var highest = Self.refused
                let start = scores + block * Self.blockSize
                for place in 0..<Self.blockSize { highest = max(highest, start[place]) }
                blockBest[block] = highest
            }
            if blockBest[block] > best {
                best = blockBest[block]
                bestBlock = block
            }
        }
        if best == Self.refused { return -1 }
        var position = bestBlock * Self.blockSize
        while scores[position] != best { position += 1 }
        return position
    }

    /// The `place`-th position that fits. - Precondition: there are that many. - Complexity: O(nodes / 64)
    func fittingPosition(_ place: Int) -> Int {
        var left = place
        var block = 0
        while left >= fitting[block].nonzeroBitCount {
            left -= fitting[block].nonzeroBitCount
            block += 1
        }
        var bits = fitting[block]
        for _ in 0..<left { bits &= bits - 1 }
        return (block << 6) + bits.trailingZeroBitCount
    }
}

/// Positions that changed, in order, with the last part kept: what the plans of the fast engine are repaired from.
struct ChangedPositions {
    /// Entries kept before the older half is dropped; a plan that is further behind starts anew.
    private static let entriesMax = 1 << 16

    let base: UnsafeMutablePointer<Int32>
    private(set) var count = 0
    private var firstPosition = 0
    /// Marks of the positions seen in one pass.
    let stamps: UnsafeMutablePointer<Int64>
    var stamp: Int64 = 0
    /// By position: the log's end when something was last released there.
    let released: UnsafeMutablePointer<Int>

    init(nodes: Int) {
        base = .allocate(capacity: Self.entriesMax)
        stamps = .allocate(capacity: max(nodes, 1))
        stamps.initialize(repeating: 0, count: max(nodes, 1))
        released = .allocate(capacity: max(nodes, 1))
        released.initialize(repeating: 0, count: max(nodes, 1))
    }

    func deallocate() {
        base.deallocate()
        stamps.deallocate()
        released.deallocate()
    }

    var end: Int { firstPosition + count }

    /// Place of a log position in `base`; nil = dropped.
    @inline(__always)
    func index(of position: Int) -> Int? { position >= firstPosition ? position - firstPosition : nil }

    @inline(__always)
    mutating func append(_ position: Int) {
        if count == Self.entriesMax {
            let kept = Self.entriesMax / 2
            base.update(from: base + kept, count: kept)
            firstPosition += Self.entriesMax - kept
            count = kept
        }
        base[count] = Int32(truncatingIfNeeded: position)
        count += 1
    }
}
