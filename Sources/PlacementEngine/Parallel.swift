import Dispatch
import Synchronization

/// The one place that spreads work over cores.
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
}
