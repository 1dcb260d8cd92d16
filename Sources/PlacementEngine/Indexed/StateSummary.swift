/// What an ask reads of a node state before it is tried: half a cache line, since a new ask reads all of them.
struct StateSummary: BitwiseCopyable {
    /// Free memory of the vendor's device that has most, second, fourth and eighth most; the least where there are fewer
    /// devices.
    var freeMemoryMiB = SIMD4<Int32>()
    /// Memory of the vendor's smallest device.
    var leastTotalMemoryMiB: Int32 = 0
    /// The node score before vendors add theirs.
    var baseScore: Float = 0
    /// Number of the state's shape and largest idle group together: vendors bound their score by these. -1 = a node that is
    /// like no other.
    var kind: Int32 = -1
    /// Most of the vendor's unused, usable devices that share `facts.group`, at most ``largestIdleGroupMax``.
    var largestIdleGroup: Int32 = 0

    static let largestIdleGroupMax = 16
}
