import HeapCounters
import PlacementEngine
import PlacementModel

extension Replay {
    /// Sums up a finished run; asks the fleet once more per rejected request class for the reasons.
    func summary(of run: ReplayRun, engine: any PlacementEngine, _ meter: EngineMeter) -> ReplaySummary {
        var summary = ReplaySummary(
            trace: trace.metadata.name, deviceModel: trace.metadata.deviceModel, engine: engine.name,
            policy: options.policy.name, nodePolicy: options.defaults.nodePolicy,
            devicePolicy: options.defaults.devicePolicy,
            profile: options.profile.name, seed: options.seed, clock: options.clock,
            podLatency: LatencySummary(meter.podNanoseconds, scale: 1000),
            roundLatency: LatencySummary(meter.roundNanoseconds, scale: 1000),
            podCurve: LatencyCurve(meter.podNanoseconds, scale: 1000),
            roundCurve: LatencyCurve(meter.roundNanoseconds, scale: 1000), allocation: run.sampler.history)
        summary.nodes = trace.nodes.count
        summary.devices = cluster.table.deviceRowCount
        summary.residents = residents
        summary.residentsNotPlaced = residentsNotPlaced
        summary.pods = order.count
        summary.placed = run.placed
        summary.rejected = run.rejected.count
        summary.requestClasses = Set((0..<Int32(order.count)).map { classID($0) }).count
        summary.decisionHash = run.hash.text
        summary.rounds = meter.rounds
        summary.decisions = run.decisions
        summary.placementSeconds = Double(meter.totalNanoseconds) / 1e9
        summary.virtualMs = run.virtualMs
        if case .virtual = options.clock {
            let waits = run.waitsMs.sorted()
            summary.waitMs = LatencySummary(sorted: waits)
            summary.waitCurve = LatencyCurve(sorted: waits)
        }
        summary.work = engine.counters
        summary.heapAllocations = meter.heapAllocations
        summary.heapBytes = meter.heapBytes
        summary.steadyHeapAllocationsPerPlacement = meter.steadyHeapAllocationsPerPlacement
        summary.peakMemoryMiB = Double(HeapCounters.residentPeakBytes) / 1_048_576
        summary.memory = cluster.memory + ((engine as? IndexedEngine)?.memory ?? [])
        summary.decisionLog = run.decisionLog
        summary.fragmentation = run.fragmentation
        // A solver that gives up costs the ceiling, not the report.
        summary.ceiling = try? ceiling(of: run)
        let reasons = options.tellsReasons ? addReasons(of: run.rejected, to: &summary) : [:]
        var metrics = run.metrics
        summary.metrics = metrics?.finish(
            refusals: run.rejected.map {
                ($0, refusals[$0] ?? reasons[trace.pods.shape[Int(order[Int($0)])]] ?? "")
            })
        return summary
    }

    /// - Returns: the leading reason of each rejected shape.
    private func addReasons(of rejected: [Int32], to summary: inout ReplaySummary) -> [Int32: String] {
        var leadingReasons: [Int32: String] = [:]
        var podsByShape: [Int32: Int] = [:]
        for sequence in rejected {
            // Refused for what others had used up, whatever the fleet says.
            if let refusal = refusals[sequence] {
                summary.rejectedByReason[refusal, default: 0] += 1
            } else {
                podsByShape[trace.pods.shape[Int(order[Int(sequence)])], default: 0] += 1
            }
        }
        let surveys = RejectionSurvey.surveys(
            of: podsByShape.keys.compactMap { classifier.classes[Int($0)] }, cluster: cluster,
            Parallelism(threads: options.threads))
        for (shape, pods) in podsByShape {
            let survey: RejectionSurvey
            if let requestClass = classifier.classes[Int(shape)], let known = surveys[requestClass.id] {
                survey = known
            } else {
                survey = RejectionSurvey(problem: classifier.problems[shape] ?? "cannot be asked for")
            }
            leadingReasons[shape] = survey.leadingReason
            summary.rejectedByReason[survey.leadingReason, default: 0] += pods
            for (word, nodes) in survey.nodesByReason { summary.refusalsByReason[word, default: 0] += nodes * pods }
        }
        return leadingReasons
    }
}
