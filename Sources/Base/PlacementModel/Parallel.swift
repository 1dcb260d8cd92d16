import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Synchronization

/// How many threads a piece of work may use.
///
/// - Determinism: whoever takes one gives the same result for every number of threads.
public struct Parallelism: Sendable, Hashable {
    public var threads: Int

    public init(threads: Int) { self.threads = max(1, threads) }

    /// One thread for each processor that is online.
    public static let automatic = Parallelism(threads: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// Everything on the calling thread.
    public static let serial = Parallelism(threads: 1)
}

/// The one place that spreads work over cores.
///
/// Waking a thread takes about 10 µs: work of less than about 50 µs in all is faster on the calling thread.
public enum Parallel {
    /// Calls `body` once for each of `count` pieces of work, by up to `jobs` threads; returns when all are done.
    ///
    /// A thread that has finished takes the next piece, so pieces of different size balance.
    /// - Parameter body: called from several threads at a time; false = no further piece is begun.
    public static func forEach(count: Int, jobs: Int, _ body: @Sendable (Int) -> Bool) {
        let next = Atomic(0)
        let isStopped = Atomic(false)
        DispatchQueue.concurrentPerform(iterations: max(min(jobs, count), 1)) { _ in
            while !isStopped.load(ordering: .relaxed) {
                let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if piece >= count { return }
                if !body(piece) { isStopped.store(true, ordering: .relaxed) }
            }
        }
    }

    /// Cuts `range` into chunks of at least `minimum` elements (the last one apart) and calls `body` once for each chunk.
    ///
    /// A range of up to `minimum` elements is one chunk and stays on the calling thread, so `minimum` is the size from
    /// which work is worth a second thread; choose it so that a chunk takes 20 µs or more.
    /// - Parameter body: called from several threads at a time, with the number of the chunk in the order of `range`.
    public static func forEachChunk(
        of range: Range<Int>, minimum: Int, _ parallelism: Parallelism = .automatic,
        _ body: @Sendable (_ chunk: Int, _ elements: Range<Int>) -> Void
    ) {
        // A few chunks a thread, so that a thread that is held up leaves its share to the others.
        let size = max(minimum, 1, (range.count + parallelism.threads * 8 - 1) / (parallelism.threads * 8))
        let count = (range.count + size - 1) / size
        if count == 0 { return }
        forEach(count: count, jobs: parallelism.threads) { chunk in
            let start = range.lowerBound + chunk * size
            body(chunk, start..<min(start + size, range.upperBound))
            return true
        }
    }
}
