/// A fixed piece of integer and memory work: what the machine can do at this moment.
///
/// It never changes, so the time of a workload divided by its time is comparable between moments and, roughly, machines.
/// Half of the steps are a chain of multiplications, half follow pointers through 4 MiB, which is more than a second-level
/// cache holds.
public final class CalibrationKernel {
    private static let slots = 1 << 19
    private static let steps = 120_000
    private let next: UnsafeMutablePointer<UInt64>
    /// Kept, so that the compiler cannot leave the work out.
    public private(set) var result: UInt64 = 0

    public init() {
        next = .allocate(capacity: Self.slots)
        // One cycle through all slots: Sattolo's shuffle with splitmix64.
        for slot in 0..<Self.slots { next[slot] = UInt64(slot) }
        var state: UInt64 = 7
        for slot in stride(from: Self.slots - 1, to: 0, by: -1) {
            state &+= 0x9e37_79b9_7f4a_7c15
            let draw = Self.mixed(state)
            let other = Int(draw.multipliedFullWidth(by: UInt64(slot)).high)
            swap(&next[slot], &next[other])
        }
    }

    deinit { next.deallocate() }

    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// Does the work once: some milliseconds. - Returns: a number that is the same every time.
    @discardableResult
    public func run() -> UInt64 {
        var place = 0
        var word: UInt64 = 1
        for _ in 0..<Self.steps {
            place = Int(next[place])
            word = Self.mixed(word &+ UInt64(place))
            word = Self.mixed(word)
        }
        result = word
        return word
    }
}
