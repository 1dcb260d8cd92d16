import PlacementModel
import VendorCatalog

extension SimulationPlan {
    /// The plan with fewer occasions and nodes that still breaks something.
    ///
    /// - Parameter breaks: whether a run of a plan shows what is looked for; the plan itself must.
    /// - Returns: a plan from which no single occasion can be left out.
    /// - Complexity: O(n log n) runs when single occasions matter alone, O(n^2) at worst
    public func shrunk(where breaks: (SimulationPlan) -> Bool) -> SimulationPlan {
        var smallest = self
        smallest.occasions = DeltaDebugging.minimise(occasions) { part in
            var plan = self
            plan.occasions = part
            return breaks(plan)
        }
        // Then numbers within the occasions: fewer pods, and as few nodes as will do.
        for place in smallest.occasions.indices {
            for smaller in smallest.occasions[place].kind.smaller {
                var plan = smallest
                plan.occasions[place].kind = smaller
                if breaks(plan) {
                    smallest = plan
                    break
                }
            }
        }
        for count in 1..<max(1, nodeCount) {
            var plan = smallest
            plan.nodeCount = count
            if breaks(plan) { return plan }
        }
        return smallest
    }

    /// The plan without one row of the table of faults.
    public func without(_ fault: String) -> SimulationPlan {
        var plan = self
        plan.occasions.removeAll { $0.fault == fault }
        return plan
    }

    /// The faults of the plan, each once, in order of their names.
    public var faults: [String] {
        Set(occasions.compactMap(\.fault)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Every row of the table of faults.
    public static let allFaults: [String] = Occasion.Kind.examples.compactMap {
        Occasion(nanoseconds: 0, kind: $0).fault
    }
}

extension Occasion.Kind {
    /// Less of the same, the least first.
    fileprivate var smaller: [Occasion.Kind] {
        switch self {
        case .pods(let count, let ask, let seconds):
            (1..<max(1, count)).map { .pods(count: $0, ask: ask, runSeconds: seconds) }
        case .statefulSet(let pods, let ask): (1..<max(1, pods)).map { .statefulSet(pods: $0, ask: ask) }
        case .job(let pods, let ask, let seconds):
            (1..<max(1, pods)).map { .job(pods: $0, ask: ask, runSeconds: seconds) }
        default: []
        }
    }

    /// One of each fault.
    fileprivate static let examples: [Occasion.Kind] = [
        .eventsLate(milliseconds: 1), .eventsDoubled(count: 1), .watchBroken(milliseconds: 1),
        .watchExpired(milliseconds: 1), .writeLost, .answerLost, .writeLate(milliseconds: 1), .writeConflicts,
        .writeThrottled, .serverError(isDone: false), .serverError(isDone: true), .crash, .suspended(seconds: 1),
        .lockRemoved(pick: 0), .foreignPod(pick: 0), .forceDeleted(pick: 0), .nodeReborn(pick: 0),
        .nodeSilent(pick: 0, seconds: 1), .nodeFlaps(pick: 0, times: 1), .pluginFails(pick: 0), .clockJumps(seconds: 1),
        .storeRestored(versions: 1),
    ]
}
