import PlacementEngine

extension Replay {
    /// Replays arrivals and departures at the trace's times, in rounds at multiples of an interval.
    ///
    /// At a round, first the pods whose time is up leave, then the pods that have arrived join the queue, then the whole
    /// queue is offered, oldest first; pods that the engine knows it would refuse again are passed over. Rounds before which nothing came or left are skipped: they would decide the same
    /// again. The replay ends when nothing is left to come or leave; who still waits then is rejected.
    func runVirtualClock(_ run: inout ReplayRun, intervalMs: Int64, _ progress: ((Int, Int) -> Void)?) {
        precondition(intervalMs > 0, "time must pass between rounds")
        let sampleMs = max(sampledSpanMs / Int64(max(options.samplesMax, 1)), intervalMs)
        var waiting = WaitingPods()
        var nextArrival = 0
        // The queue of an engine that looks ahead, and the pods of it that have been offered before.
        var queue: [Int32] = []
        var firstNew = 0
        var nextSampleMs: Int64 = 0
        var nowMs: Int64 = 0
        while true {
            while let departure = departures.removeNext(by: nowMs) {
                cluster.remove(departure.resident)
                run.metrics?.didLeave(departure.pod)
                run.present?.leave(departure.resident)
            }
            while nextArrival < order.count, arrivalMs(nextArrival) <= nowMs {
                run.metrics?.didArrive(order[nextArrival])
                run.present?.arrive(shape: trace.pods.shape[Int(order[nextArrival])])
                enqueue(Int32(nextArrival), &waiting, &queue, &run)
                nextArrival += 1
            }
            if run.runner.engine.looksAhead {
                offerRounds(&queue, &run, nowMs: nowMs, firstNew: firstNew)
                firstNew = nextArrival
            } else {
                offer(&waiting, &run, nowMs: nowMs)
            }
            if watch?.isDone == true { break }
            run.present?.observe(timeMs: nowMs, waiting: waiting.count + queue.count, cluster)
            if nowMs >= nextSampleMs && nowMs <= sampledSpanMs {
                run.recount()
                run.sample(at: nowMs)
                nextSampleMs = nowMs - nowMs % sampleMs + sampleMs
            }
            progress?(nextArrival, order.count)
            let coming = nextArrival < order.count ? arrivalMs(nextArrival) : nil
            guard let eventMs = [coming, departures.nextMs].compactMap({ $0 }).min() else { break }
            nowMs = max((eventMs + intervalMs - 1) / intervalMs * intervalMs, nowMs + intervalMs)
        }
        run.recount()
        run.sample(at: nowMs)
        run.virtualMs = nowMs
        run.rejected = (run.rejected + waiting.all + queue).sorted()
        for sequence in run.rejected { run.runner.note(.rejected, of: sequence, at: nowMs) }
    }

    private func arrivalMs(_ sequence: Int) -> Int64 { trace.pods.arrivalMs[Int(order[sequence])] }

    /// Queues a pod; one that cannot be asked for at all never waits.
    private func enqueue(
        _ sequence: Int32, _ waiting: inout WaitingPods, _ queue: inout [Int32], _ run: inout ReplayRun
    ) {
        let classID = classID(sequence)
        if classID == RoundRunner.unclassified {
            run.rejected.append(sequence)
        } else if run.runner.engine.looksAhead {
            queue.append(sequence)
        } else {
            waiting.append(sequence, classID: classID)
        }
    }

    /// Offers the queue as one round, or several when it is longer than a round may be; who does not fit goes on waiting.
    private func offer(_ waiting: inout WaitingPods, _ run: inout ReplayRun, nowMs: Int64) {
        let engine = run.runner.engine
        var offered = 0
        // A watched pod is offered every time, so that its last refusal can be looked at.
        waiting.offer(staysRefused: { watch == nil && engine.staysRefused($0) }) { sequence, classID in
            if offered > 0, offered % options.roundSize == 0 { run.runner.endRound() }
            offered += 1
            announce(CollectionOfOne(sequence))
            watch?.willOffer(sequence, nowMs: nowMs)
            let outcome = run.runner.placeNext(classID)
            watch?.didOffer(sequence, outcome, in: run.runner.result)
            guard outcome.isPlaced else { return false }
            didPlace(sequence, outcome, &run, nowMs: nowMs)
            return true
        }
        run.runner.endRound()
    }

    /// Offers the whole queue in rounds to an engine that looks ahead, and keeps those that did not fit.
    ///
    /// - Parameter firstNew: sequence number from which on pods have not been offered before.
    private func offerRounds(_ queue: inout [Int32], _ run: inout ReplayRun, nowMs: Int64, firstNew: Int) {
        let engine = run.runner.engine
        var kept: [Int32] = []
        for start in stride(from: 0, to: queue.count, by: options.roundSize) {
            let round = queue[start..<min(start + options.roundSize, queue.count)]
            announce(round)
            for sequence in round {
                watch?.willOffer(sequence, nowMs: nowMs)
                if sequence < firstNew { engine.waitingDidChange(classID(sequence), by: -1) }
            }
            let outcomes = run.runner.place(round.lazy.map { self.classID($0) })
            for (sequence, outcome) in zip(round, outcomes) {
                watch?.didOffer(sequence, outcome, in: run.runner.result)
                if outcome.isPlaced {
                    didPlace(sequence, outcome, &run, nowMs: nowMs)
                } else {
                    engine.waitingDidChange(classID(sequence), by: 1)
                    kept.append(sequence)
                }
            }
        }
        queue = kept
    }

    private func didPlace(_ sequence: Int32, _ outcome: Outcome, _ run: inout ReplayRun, nowMs: Int64) {
        let pod = Int(order[Int(sequence)])
        run.placed += 1
        run.runner.note(outcome, of: sequence, at: nowMs)
        run.present?.place(ResidentID(row: outcome.resident), shape: trace.pods.shape[pod])
        run.decisionLog?.record(Int(sequence), outcome, in: run.runner.result)
        run.waitsMs.recordClamped(UInt64(nowMs - trace.pods.arrivalMs[pod]))
        run.metrics?.didPlace(Int32(pod), waitMs: nowMs - trace.pods.arrivalMs[pod])
        if trace.pods.durationMs[pod] >= 0 {
            departures.add(
                ResidentID(row: outcome.resident), pod: Int32(pod), at: nowMs + trace.pods.durationMs[pod])
        }
    }
}

extension Replay {
    /// The part of the time that samples are spread over: until the last pod came, and until nine in ten of those that leave
    /// would have left if none had to wait. A few very long pods would stretch it beyond use.
    static func sampledSpan(of trace: Trace, order: [Int32]) -> Int64 {
        let last = order.last.map { trace.pods.arrivalMs[Int($0)] } ?? 0
        let ends = order.filter { trace.pods.durationMs[Int($0)] >= 0 }.map {
            trace.pods.arrivalMs[Int($0)] + trace.pods.durationMs[Int($0)]
        }.sorted()
        return ends.isEmpty ? last : max(last, ends[(ends.count - 1) * 9 / 10])
    }
}
