import CJemalloc
import Glibc

/// What jemalloc knows about the heap of this process. Linking this module makes jemalloc the program's allocator.
///
/// Where jemalloc has no statistics (see ``isAvailable``), every count is 0.
public enum HeapCounters {
    /// Whether jemalloc is in place and was built with statistics.
    public static let isAvailable: Bool = {
        var enabled = false
        return read("config.stats", into: &enabled) && enabled && thread_allocated_counter() != nil
    }()

    /// Bytes that the calling thread has allocated since it started, rounded up to jemalloc's size classes. Freeing does
    /// not lower the number. Reading it costs about as much as reading a thread-local variable.
    public static var threadAllocatedBytes: UInt64 { thread_allocated_counter()?.pointee ?? 0 }

    /// The largest resident size that the process has had, in bytes, as the kernel counts it.
    public static var residentPeakBytes: UInt64 {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return 0 }
        return UInt64(usage.ru_maxrss) * 1024
    }

    /// Number of allocations since the process started, by all threads.
    ///
    /// Exact for the calling thread, whose cache is flushed first. Allocations that other threads made since their own
    /// caches were last filled or flushed are missing. Takes 8 to 10 µs and allocates nothing.
    public static func allocationCount() -> UInt64 { allocationCount(inArena: UInt32(MALLCTL_ARENAS_ALL)) }

    /// Counts what `body` allocates on the calling thread.
    ///
    /// Exact whatever other threads do, since the calling thread uses an arena of its own meanwhile; what `body` makes other
    /// threads allocate is not counted. Measurements must not nest: the outer one would miss what the inner one counts.
    /// The compiler removes allocations that do not escape, so a measured body has to let them escape.
    ///
    /// - Returns: bytes in size classes, and calls of `malloc` and its kin (a reallocation that moves is one).
    /// - Throws: what `body` throws.
    public static func measureAllocations<Failure: Error>(
        _ body: () throws(Failure) -> Void
    ) throws(Failure) -> (bytes: UInt64, allocations: UInt64) {
        let arena = thread_private_arena()
        var usual: UInt32 = 0
        guard isAvailable, arena != .max, read("thread.arena", into: &usual), write("thread.arena", arena) else {
            try body()
            return (0, 0)
        }
        defer { _ = write("thread.arena", usual) }
        // The first reading of a new arena misses a few requests, which the second one would report as the body's.
        _ = allocationCount(inArena: arena)
        let countBefore = allocationCount(inArena: arena)
        let bytesBefore = threadAllocatedBytes
        try body()
        let bytes = threadAllocatedBytes &- bytesBefore
        return (bytes, allocationCount(inArena: arena) &- countBefore)
    }

    /// Counts what all threads allocate while `body` runs.
    ///
    /// Exact if nothing else runs in the process meanwhile and the threads that `body` uses call ``flushThreadCache()``
    /// after they have allocated.
    /// - Returns: bytes of the calling thread, in size classes, and calls of `malloc` and its kin by all threads.
    public static func measureProcessAllocations<Failure: Error>(
        _ body: () throws(Failure) -> Void
    ) throws(Failure) -> (bytes: UInt64, allocations: UInt64) {
        let countBefore = allocationCount()
        let bytesBefore = threadAllocatedBytes
        try body()
        let bytes = threadAllocatedBytes &- bytesBefore
        return (bytes, allocationCount() &- countBefore)
    }

    /// Makes what the calling thread has allocated visible in ``allocationCount()`` of other threads. Takes some µs.
    public static func flushThreadCache() { _ = mallctl(name("thread.tcache.flush"), nil, nil, nil, 0) }

    /// Allocations that an arena has served, small and large, the calling thread's cache included.
    fileprivate static func allocationCount(inArena arena: UInt32) -> UInt64 {
        guard isAvailable else { return 0 }
        // jemalloc merges a cache's counts into its arena when it flushes, and publishes them when the epoch advances.
        _ = mallctl(name("thread.tcache.flush"), nil, nil, nil, 0)
        _ = write("epoch", UInt64(1))
        return statistic("stats.arenas.0.small.nrequests", arena: arena)
            &+ statistic("stats.arenas.0.large.nrequests", arena: arena)
    }

    /// A counter of one arena, given its name for arena 0.
    private static func statistic(_ nameInArena0: StaticString, arena: UInt32) -> UInt64 {
        // The numeric form of the name, of which the third component is the arena.
        var path = (0, 0, 0, 0, 0)
        var length = 5
        var value: UInt64 = 0
        var size = MemoryLayout<UInt64>.size
        withUnsafeMutableBytes(of: &path) { bytes in
            let path = bytes.assumingMemoryBound(to: Int.self)
            guard mallctlnametomib(name(nameInArena0), path.baseAddress, &length) == 0 else { return }
            path[2] = Int(arena)
            _ = mallctlbymib(path.baseAddress, length, &value, &size, nil, 0)
        }
        return value
    }

    fileprivate static func read<Value: BitwiseCopyable>(_ variable: StaticString, into value: inout Value) -> Bool {
        var size = MemoryLayout<Value>.size
        return mallctl(name(variable), &value, &size, nil, 0) == 0
    }

    fileprivate static func write<Value: BitwiseCopyable>(_ variable: StaticString, _ value: Value) -> Bool {
        var value = value
        return mallctl(name(variable), nil, nil, &value, MemoryLayout<Value>.size) == 0
    }

    private static func name(_ name: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

/// Counts what many short bodies allocate in all, without paying for an exact count after each.
///
/// Each body runs on the arena that ``HeapCounters/measureAllocations(_:)`` uses; changing arenas files the counts where they
/// belong, so that one reading later is exact for all bodies since the last. For one thread.
public struct AllocationMeter {
    private var usual: UInt32 = 0
    private let arena: UInt32
    private var countAtReading: UInt64 = 0
    /// Bytes in size classes that the bodies have allocated.
    public private(set) var bytes: UInt64 = 0

    public init() {
        let made = HeapCounters.isAvailable ? thread_private_arena() : .max
        arena = made != .max && HeapCounters.read("thread.arena", into: &usual) ? made : .max
        guard arena != .max, HeapCounters.write("thread.arena", arena) else { return }
        // The first reading of a new arena misses a few requests.
        _ = HeapCounters.allocationCount(inArena: arena)
        countAtReading = HeapCounters.allocationCount(inArena: arena)
        _ = HeapCounters.write("thread.arena", usual)
    }

    /// Counts what `body` allocates; bodies must not nest.
    public mutating func measure<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
        guard arena != .max, HeapCounters.write("thread.arena", arena) else { return try body() }
        let bytesBefore = HeapCounters.threadAllocatedBytes
        defer {
            bytes &+= HeapCounters.threadAllocatedBytes &- bytesBefore
            _ = HeapCounters.write("thread.arena", usual)
        }
        try body()
    }

    /// Allocations of the bodies since the last reading. - Complexity: tens of microseconds
    public mutating func readAllocations() -> UInt64 {
        if arena == .max { return 0 }
        let count = HeapCounters.allocationCount(inArena: arena)
        defer { countAtReading = count }
        return count &- countAtReading
    }
}
