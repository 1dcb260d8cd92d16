import PlacementEngine
import PlacementModel
import TraceModel

extension Replay {
    /// Replays arrivals and departures at the trace's times, in rounds at multiples of an interval.
    ///
    /// At a round, first the pods whose time is up leave, then the pods that have arrived join the queue, then the whole
    /// queue is offered, oldest first; pods that the engine knows it would refuse again are passed over. Rounds before which nothing came or left are skipped: they would decide the same
    /// again. The replay ends when nothing is left to come or leave; who still waits then is rejected.
    func runVirtualClock(
        _ driver: RoundDriver, _ run: ReplayRun, intervalMs: Int64, _ progress: ((Int, Int) -> Void)?
    ) {
        precondition(intervalMs > 0, "time must pass between rounds")
        let sampleMs = max(sampledSpanMs / Int64(max(options.samplesMax, 1)), intervalMs)
        let observer = ClockObserver(self, run)
        driver.observers.append(observer)
        var queue = PodQueue(for: driver.engine)
        var nextArrival = 0
        var nextSampleMs: Int64 = 0
        while true {
            let nowMs = observer.nowMs
            while let (_, departure) = departures.removeFirst(by: nowMs) {
                cluster.remove(departure.resident)
                run.metrics?.didLeave(departure.pod)
                run.present?.leave(departure.resident)
            }
            let firstNew = Int32(nextArrival)
            while nextArrival < order.count, arrivalMs(nextArrival) <= nowMs {
                run.metrics?.didArrive(order[nextArrival])
                run.present?.arrive(shape: trace.pods.shape[Int(order[nextArrival])])
                // One that cannot be asked for at all never waits.
                let classID = classID(Int32(nextArrival))
                if classID == RoundDriver.cannotBeAsked {
                    run.rejected.append(Int32(nextArrival))
                } else {
                    queue.append(Int32(nextArrival), classID: classID)
                }
                nextArrival += 1
            }
            // A watched pod is offered every time, so that its last refusal can be looked at.
            driver.offer(
                &queue, roundSize: options.roundSize, asksAll: watch != nil, firstNew: firstNew, classID: classID)
            if watch?.isDone == true { break }
            run.present?.observe(timeMs: nowMs, waiting: queue.count, cluster)
            if nowMs >= nextSampleMs && nowMs <= sampledSpanMs {
                run.recount()
                run.sample(at: nowMs)
                nextSampleMs = nowMs - nowMs % sampleMs + sampleMs
            }
            progress?(nextArrival, order.count)
            let coming = nextArrival < order.count ? arrivalMs(nextArrival) : nil
            guard let eventMs = [coming, departures.firstTime].compactMap({ $0 }).min() else { break }
            // The clock and every event stay at 2^53 at most, an interval below 2^42.
            observer.nowMs = min(
                max((eventMs + intervalMs - 1) / intervalMs * intervalMs, nowMs + intervalMs), Self.clockMaxMs)
        }
        let endMs = observer.nowMs
        run.recount()
        run.sample(at: endMs)
        run.virtualMs = endMs
        run.rejected = (run.rejected + queue.all).sorted()
        for sequence in run.rejected { run.note(.rejected, of: sequence, at: endMs, in: driver.result) }
    }

    private func arrivalMs(_ sequence: Int) -> Int64 { trace.pods.arrivalMs[Int(order[sequence])] }

    /// Where the clock stops, after 285,000 years: saved runs hold no later time. What is still there then leaves at once.
    static let clockMaxMs = InputLimits.savedCounts.upperBound
}

/// Gathers what a replay on the virtual clock is measured by, and sees to it that placed pods leave in time.
private final class ClockObserver: RoundObserver {
    private let replay: Replay
    private let run: ReplayRun
    var nowMs: Int64 = 0

    init(_ replay: Replay, _ run: ReplayRun) {
        self.replay = replay
        self.run = run
    }

    func willOffer(_ sequences: [Int32]) {
        replay.willOffer?(sequences)
        if let watch = replay.watch { for sequence in sequences { watch.willOffer(sequence, nowMs: nowMs) } }
    }

    func didDecide(_ decision: RoundDecision, in result: RoundResult) {
        let outcome = decision.outcome
        run.decisions += 1
        replay.watch?.didOffer(decision.sequence, outcome, in: result)
        if decision.classID == RoundDriver.cannotBeAsked { run.rejected.append(decision.sequence) }
        guard outcome.isPlaced else { return }
        let pods = replay.trace.pods
        let pod = Int(replay.order[Int(decision.sequence)])
        run.placed += 1
        run.note(outcome, of: decision.sequence, at: nowMs, in: result)
        run.present?.place(outcome.resident, shape: pods.shape[pod])
        run.decisionLog?.record(Int(decision.sequence), outcome, in: result)
        let waitMs = nowMs - pods.arrivalMs[pod]
        run.waitsMs.append(waitMs)
        run.metrics?.didPlace(Int32(pod), waitMs: waitMs)
        if pods.durationMs[pod] >= 0 {
            replay.departures.add(
                (outcome.resident, Int32(pod)), at: min(nowMs + pods.durationMs[pod], Replay.clockMaxMs))
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
