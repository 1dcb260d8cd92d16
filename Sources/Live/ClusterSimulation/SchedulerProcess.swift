import PretendCluster
import SchedulerCore

/// One process of the scheduler: a core, its feeds, and what it believes about leading.
final class SchedulerProcess {
    var core: SchedulerCore
    let number: Int
    var feeds: [WatchFeed] = WatchedKind.allCases.map(WatchFeed.init)
    var isAlive = true
    /// What arrives while the process is suspended waits here.
    var suspendedUntil: Int64?
    var inbox: [SchedulerEvent] = []
    /// Set while the process believes that it leads.
    var holder: String?
    /// When it last renewed its Lease, by its own clock.
    var renewedNanoseconds: Int64 = 0
    /// By kind: when the last event that was sent arrives. Events of one kind arrive in order.
    var arrivals: [Int64]
    var timer: Int64?
    /// Objects a write is under way for.
    var underWay: [ActionNumber: String] = [:]
    var doubled = 0
    var lateUntil: Int64 = 0
    /// Writes its actions in a list, for comparison.
    var actions: [String] = []

    init(_ configuration: CoreConfiguration, number: Int) {
        core = SchedulerCore(configuration)
        self.number = number
        arrivals = WatchedKind.allCases.map { _ in 0 }
    }

    /// A write is sent only while the Lease cannot have gone to somebody else before it ends.
    func mayWrite(at nanoseconds: Int64) -> Bool {
        holder != nil && nanoseconds < renewedNanoseconds + Self.sureNanoseconds
    }

    static let sureNanoseconds: Int64 = 10_000_000_000
    static let leaseNanoseconds: Int64 = 15_000_000_000
    static let retryNanoseconds: Int64 = 2_000_000_000
}
