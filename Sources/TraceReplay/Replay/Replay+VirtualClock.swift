import PlacementEngine

extension Replay {
    /// Replays arrivals and departures at the trace's times, in rounds at multiples of an interval.
    ///
    /// At a round, first the pods whose time is up leave, then the pods that have arrived join the queue, then the whole
    /// queue is offered, oldest first. Rounds before which nothing came or left are skipped: they would decide the same
    /// again. The replay ends when nothing is left to come or leave; who still waits then is rejected.
    func runVirtualClock(_ run: inout ReplayRun, intervalMs: Int64, _ progress: ((Int, Int) -> Void)?) {
        precondition(intervalMs > 0, "time must pass between rounds")
        let sampleMs = max(horizonMs / Int64(max(options.samplesMax, 1)), intervalMs)
        var queue: [Int32] = []
        var nextArrival = 0
        var offered = 0
        var nextSampleMs: Int64 = 0
        var nowMs: Int64 = 0
        while true {
            while let resident = departures.removeNext(by: nowMs) {
                cluster.remove(resident)
                run.present?.leave(resident)
            }
            while nextArrival < order.count, arrivalMs(nextArrival) <= nowMs {
                queue.append(Int32(nextArrival))
                run.present?.arrive(shape: trace.pods.shape[Int(order[nextArrival])])
                nextArrival += 1
            }
            offer(&queue, &run, nowMs: nowMs, firstNew: offered)
            offered = nextArrival
            run.present?.observe(timeMs: nowMs, waiting: queue.count, cluster)
            if nowMs >= nextSampleMs {
                run.sampler.recount()
                run.sampler.sample(at: nowMs)
                nextSampleMs = nowMs - nowMs % sampleMs + sampleMs
            }
            progress?(nextArrival, order.count)
            let coming = nextArrival < order.count ? arrivalMs(nextArrival) : nil
            guard let eventMs = [coming, departures.nextMs].compactMap({ $0 }).min() else { break }
            nowMs = max((eventMs + intervalMs - 1) / intervalMs * intervalMs, nowMs + intervalMs)
        }
        run.sampler.recount()
        run.sampler.sample(at: nowMs)
        run.virtualMs = nowMs
        run.rejected = queue
    }

    private func arrivalMs(_ sequence: Int) -> Int64 { trace.pods.arrivalMs[Int(order[sequence])] }

    /// When the last pod would leave if none had to wait.
    private var horizonMs: Int64 {
        order.reduce(0) { max($0, trace.pods.arrivalMs[Int($1)] + max(trace.pods.durationMs[Int($1)], 0)) }
    }

    /// Offers the queue in rounds and keeps those that did not fit.
    ///
    /// - Parameter firstNew: sequence number from which on pods have not been offered before.
    private func offer(_ queue: inout [Int32], _ run: inout ReplayRun, nowMs: Int64, firstNew: Int) {
        let engine = run.runner.engine
        var kept = 0
        var start = 0
        while start < queue.count {
            let end = min(start + options.roundSize, queue.count)
            announce(queue[start..<end])
            if engine.looksAhead {
                for sequence in queue[start..<end] where sequence < firstNew {
                    let classID = classID(sequence)
                    if classID != RoundRunner.unclassified { engine.waitingDidChange(classID, by: -1) }
                }
            }
            let outcomes = run.runner.place(queue[start..<end].lazy.map { self.classID($0) })
            for (place, outcome) in outcomes.enumerated() {
                let sequence = queue[start + place]
                guard outcome.isPlaced else {
                    if engine.looksAhead {
                        let classID = classID(sequence)
                        if classID != RoundRunner.unclassified { engine.waitingDidChange(classID, by: 1) }
                    }
                    queue[kept] = sequence
                    kept += 1
                    continue
                }
                let pod = Int(order[Int(sequence)])
                run.placed += 1
                run.present?.place(ResidentID(row: outcome.resident), shape: trace.pods.shape[pod])
                run.decisionLog?.record(Int(sequence), outcome, in: run.runner.result)
                run.waitsMs.recordClamped(UInt64(nowMs - trace.pods.arrivalMs[pod]))
                if trace.pods.durationMs[pod] >= 0 {
                    departures.add(ResidentID(row: outcome.resident), at: nowMs + trace.pods.durationMs[pod])
                }
            }
            start = end
        }
        queue.removeLast(queue.count - kept)
    }
}
