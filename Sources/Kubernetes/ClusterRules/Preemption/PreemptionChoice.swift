import PlacementModel

/// Which pods matter more, and which candidate hurts least.
enum PreemptionChoice {
    /// Higher priority first, then the earlier start; a pod that has not started counts as starting now.
    ///
    /// Equal pods stay in their order on the node.
    /// - Source: pkg/scheduler/util/utils.go, MoreImportantPod
    static func byImportance(_ pods: [PodFacts]) -> [PodFacts] {
        pods.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            if a.priority != b.priority { return a.priority > b.priority }
            if start(a) != start(b) { return start(a) < start(b) }
            return left.offset < right.offset
        }.map(\.element)
    }

    private static func start(_ pod: PodFacts) -> Int64 { pod.scheduling.startSeconds ?? .max }

    /// The best candidates: rule by rule, each among those that the rule before left. More than one are ties.
    ///
    /// - Precondition: there is a candidate, and every candidate has a victim.
    /// - Source: framework/preemption/preemption.go, pickOneNodeForPreemption
    static func best(of candidates: [PreemptionCandidate]) -> [PreemptionCandidate] {
        var best = candidates
        keep(&best) { Int64($0.budgetViolations) }
        keep(&best) { Int64($0.victims[0].priority) }
        keep(&best) { candidate in
            // A priority and 2^31 are below 2^32; a node has less than 2^31 pods.
            candidate.victims.reduce(Int64(0)) { $0 + Int64($1.priority) + (Int64(1) << 31) }
        }
        keep(&best) { Int64($0.victims.count) }
        // The latest start among the earliest of each node's most important victims; the complement orders the other way
        // round and cannot overflow.
        keep(&best) { candidate in
            let important = candidate.victims.filter { $0.priority == candidate.victims[0].priority }
            return ~(important.map(start).min() ?? .max)
        }
        return best
    }

    private static func keep(
        _ candidates: inout [PreemptionCandidate], smallest measure: (PreemptionCandidate) -> Int64
    ) {
        guard candidates.count > 1 else { return }
        let measures = candidates.map(measure)
        let least = measures.min()
        candidates = zip(candidates, measures).filter { $0.1 == least }.map(\.0)
    }
}
