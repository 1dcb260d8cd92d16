import HeapCounters
import PlacementEngine

/// Makes what further threads allocate show in the counts of the process.
struct HeapAccounting: ThreadAccounting {
    func begin() -> UInt64 { HeapCounters.threadAllocatedBytes }

    /// What a thread has allocated shows only once its cache is flushed, which takes some microseconds.
    func end(since mark: UInt64) {
        if HeapCounters.threadAllocatedBytes != mark { HeapCounters.flushThreadCache() }
    }
}
