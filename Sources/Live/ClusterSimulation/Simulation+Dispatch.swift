import JSONText
import PretendCluster
import SchedulerCore

extension Simulation {
    static let timeoutNanoseconds: Int64 = 4_000_000_000

    /// Sends one action of a process off; the answer comes later, or not at all.
    mutating func dispatch(_ entry: ActionBuffer.Entry, of process: SchedulerProcess) {
        let (number, action) = (entry.number, entry.action)
        hash("\(process.number) \(number) \(action.words)\n")
        switch action {
        case .wake(let time):
            process.timer = time
            return agenda.add(.timer(process: process.number), at: max(time, now + 1_000))
        case .recordEvent: return tell("scheduler \(process.number)", action.words)
        default: break
        }
        tell("scheduler \(process.number)", "\(number) \(action.words)")
        guard process.mayWrite(at: now) else {
            return answer(.notSent, to: number, of: process, at: now + 100_000)
        }
        if action.writes {
            checkOneWrite(action, of: process)
            process.underWay[number] = action.target
            if !armed.isEmpty { return dispatchFaulty(action, number, of: process, armed.removeFirst()) }
        }
        let time = after(milliseconds: 1, 15)
        agenda.add(.commit(process: process.number, number, action, .usual), at: time)
    }

    /// A write that something goes wrong with.
    private mutating func dispatchFaulty(
        _ action: SchedulerAction, _ number: ActionNumber, of process: SchedulerProcess, _ occasion: Occasion
    ) {
        note(occasion.fault ?? "")
        tell("network", "\(occasion.words): \(number)")
        let time = after(milliseconds: 1, 15)
        switch occasion.kind {
        case .writeLost: answer(.unknown, to: number, of: process, at: now + Self.timeoutNanoseconds)
        case .answerLost:
            agenda.add(.commit(process: process.number, number, action, .silent), at: time)
            answer(.unknown, to: number, of: process, at: now + Self.timeoutNanoseconds)
        case .writeLate(let milliseconds):
            answer(.unknown, to: number, of: process, at: now + Self.timeoutNanoseconds)
            agenda.add(
                .commit(process: process.number, number, action, .afterTimeout),
                at: now + Self.timeoutNanoseconds + Int64(milliseconds) * 1_000_000)
        case .writeConflicts:
            touch(action.target)
            agenda.add(.commit(process: process.number, number, action, .usual), at: time)
        case .writeThrottled: answer(.throttled(retryAfterSeconds: 1), to: number, of: process, at: time)
        case .serverError(let isDone):
            if isDone { agenda.add(.commit(process: process.number, number, action, .silent), at: now + 1_000_000) }
            answer(.unknown, to: number, of: process, at: after(milliseconds: 2, 15))
        default: preconditionFailure("\(occasion.words) is not about a write")
        }
    }

    /// Somebody else changes the object first.
    private mutating func touch(_ target: String) {
        let parts = target.split(separator: "/").map(String.init)
        let path =
            parts[0] == "nodes"
            ? "/api/v1/nodes/\(parts[1])" : "/api/v1/namespaces/\(parts[1])/pods/\(parts.last ?? "")"
        guard parts[0] == "nodes" || parts[0] == "pods" else { return }
        let stamp: JSON = ["metadata": ["annotations": ["pretend.berth.io/touched": .string(String(now))]]]
        _ = cluster.handle(
            APIRequest(.patch, path, body: stamp, contentType: "application/merge-patch+json", user: "other"))
    }

    /// A request reaches the API server.
    mutating func commit(
        _ action: SchedulerAction, _ number: ActionNumber, of process: SchedulerProcess, _ delivery: Delivery
    ) {
        guard let request = action.request else { return }
        step()
        let reply = cluster.handle(request)
        if !reply.isSuccess { tell("API server", "\(number): \(reply.status) \(reply.message ?? "")") }
        if case .bind(let binding) = action, reply.isSuccess { checkNode(binding.node) }
        if case .usual = delivery {
            answer(action.answer(to: reply), to: number, of: process, at: after(milliseconds: 1, 10))
        }
    }

    private mutating func answer(
        _ answer: Answer, to number: ActionNumber, of process: SchedulerProcess, at time: Int64
    ) {
        agenda.add(.deliver(process: process.number, .answered(number, answer)), at: time)
        process.underWay[number] = nil
    }
}
