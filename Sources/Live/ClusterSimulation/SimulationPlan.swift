import SeededNumbers

/// Something that is done to a simulated cluster at a time: work that arrives, and everything that goes wrong.
public struct Occasion: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        // Work.
        case pods(count: Int, ask: Int, runSeconds: Int)
        case statefulSet(pods: Int, ask: Int)
        case job(pods: Int, ask: Int, runSeconds: Int)
        case podDeleted(pick: Int)
        // What reaches the scheduler.
        case eventsLate(milliseconds: Int)
        case eventsDoubled(count: Int)
        case watchBroken(milliseconds: Int)
        case watchExpired(milliseconds: Int)
        // What becomes of its writes: of the next one after this time.
        case writeLost
        case answerLost
        case writeLate(milliseconds: Int)
        case writeConflicts
        case writeThrottled
        case serverError(isDone: Bool)
        // Processes.
        case crash
        case suspended(seconds: Int)
        // The cluster.
        case lockRemoved(pick: Int)
        case foreignPod(pick: Int)
        case forceDeleted(pick: Int)
        case nodeReborn(pick: Int)
        case nodeSilent(pick: Int, seconds: Int)
        case nodeFlaps(pick: Int, times: Int)
        case pluginFails(pick: Int)
        case clockJumps(seconds: Int)
        case storeRestored(versions: Int)
    }

    public var nanoseconds: Int64
    public var kind: Kind

    /// The row of the table of faults; nil for work.
    public var fault: String? {
        switch kind {
        case .pods, .statefulSet, .job, .podDeleted: nil
        case .eventsLate: "events late, kinds out of order"
        case .eventsDoubled: "events told twice"
        case .watchBroken: "watch broken, nothing lost"
        case .watchExpired: "watch expired (410), listed anew"
        case .writeLost: "write lost"
        case .answerLost: "answer lost after the commit"
        case .writeLate: "commit after the client's time-out"
        case .writeConflicts: "409: the object changed before"
        case .writeThrottled: "429"
        case .serverError(let isDone): isDone ? "5xx, done all the same" : "5xx, not done"
        case .crash: "scheduler crashes"
        case .suspended: "leader suspended, another leads"
        case .lockRemoved: "lock removed by hand"
        case .foreignPod: "foreign device pod without annotations"
        case .forceDeleted: "pod deleted by force"
        case .nodeReborn: "node born again"
        case .nodeSilent: "kubelet silent"
        case .nodeFlaps: "node changes often"
        case .pluginFails: "device plugin fails"
        case .clockJumps: "clock jumps"
        case .storeRestored: "store restored from a backup"
        }
    }

    /// The occasion in a few words.
    public var words: String {
        switch kind {
        case .pods(let count, _, let seconds): "\(count) pods arrive\(seconds > 0 ? ", each for \(seconds) s" : "")"
        case .statefulSet(let pods, _): "a stateful set of \(pods) starts"
        case .job(let pods, _, let seconds): "a job of \(pods) starts, each for \(seconds) s"
        case .podDeleted: "a pod is deleted"
        default: fault ?? ""
        }
    }
}

/// What a seed decides before anything happens: the size of the fleet and all occasions, in order.
public struct SimulationPlan: Sendable, Hashable {
    public var seed: UInt64
    public var nodeCount: Int
    public var occasions: [Occasion]
    /// Whether a second process stands by to lead.
    public var hasStandby: Bool

    public init(seed: UInt64) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        nodeCount = 3 + generator.below(generator.isTrue(0.1) ? 38 : 10)
        hasStandby = generator.isTrue(0.4)
        occasions = []
        var pods = 20 + generator.below(generator.isTrue(0.1) ? 281 : 60)
        var time: Int64 = 2_000_000_000
        // What goes wrong in one run is a few kinds, each several times: a run with everything in it is hard to read.
        let kinds = Self.faults.indices.filter { _ in generator.isTrue(0.3) }
        while pods > 0 {
            let count = min(pods, 1 + generator.below(12))
            pods -= count
            let ask = generator.below(100)
            let seconds = generator.isTrue(0.7) ? 5 + generator.below(90) : 0
            switch generator.below(6) {
            case 0: add(.statefulSet(pods: count, ask: ask), at: time)
            case 1: add(.job(pods: count, ask: ask, runSeconds: max(seconds, 5)), at: time)
            default: add(.pods(count: count, ask: ask, runSeconds: seconds), at: time)
            }
            time += Int64(generator.below(8_000)) * 1_000_000
            if generator.isTrue(0.3) { add(.podDeleted(pick: generator.below(1_000)), at: time) }
            for kind in kinds where generator.isTrue(0.35) {
                add(Self.faults[kind](&generator), at: time + Int64(generator.below(4_000)) * 1_000_000)
            }
        }
        occasions.sort { $0.nanoseconds < $1.nanoseconds }
    }

    private mutating func add(_ kind: Occasion.Kind, at nanoseconds: Int64) {
        // Times differ, so that the order is one.
        occasions.append(Occasion(nanoseconds: nanoseconds + Int64(occasions.count), kind: kind))
    }

    private static let faults: [@Sendable (inout SeededGenerator) -> Occasion.Kind] = [
        { .eventsLate(milliseconds: 100 + $0.below(6_000)) },
        { .eventsDoubled(count: 1 + $0.below(10)) },
        { .watchBroken(milliseconds: 50 + $0.below(9_000)) },
        { .watchExpired(milliseconds: 50 + $0.below(14_000)) },
        { _ in .writeLost },
        { _ in .answerLost },
        { .writeLate(milliseconds: $0.below(3_000)) },
        { _ in .writeConflicts },
        { _ in .writeThrottled },
        { .serverError(isDone: $0.isTrue(0.5)) },
        { _ in .crash },
        { .suspended(seconds: 5 + $0.below(30)) },
        { .lockRemoved(pick: $0.below(1_000)) },
        { .foreignPod(pick: $0.below(1_000)) },
        { .forceDeleted(pick: $0.below(1_000)) },
        { .nodeReborn(pick: $0.below(1_000)) },
        { .nodeSilent(pick: $0.below(1_000), seconds: 10 + $0.below(500)) },
        { .nodeFlaps(pick: $0.below(1_000), times: 5 + $0.below(60)) },
        { .pluginFails(pick: $0.below(1_000)) },
        { .clockJumps(seconds: $0.below(4_000) - 400) },
        { .storeRestored(versions: 1 + $0.below(25)) },
    ]
}
