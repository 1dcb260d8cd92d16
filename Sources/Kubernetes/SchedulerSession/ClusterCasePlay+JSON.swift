import BulkJSON
import ClusterRules

extension ClusterCasePlay.Result {
    /// Writes the attempt as the measured decisions tell it; what is empty is left out.
    func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("pod")
        writer.string(pod)
        if number > 1 {
            writer.key("attempt")
            writer.int(number)
        }
        writer.text("gated", attempt.gated)
        if attempt.isSkipped { writer.text("skipped", SchedulingAttempt.deletionText) }
        writer.text("error", attempt.error)
        if let rejection = attempt.preFilter {
            writer.key("preFilter")
            rejection.write(into: &writer)
        }
        writer.text("nominated", attempt.nominatedNode)
        writer.texts("feasible", attempt.feasible)
        writer.text("node", node)
        if !attempt.failed.isEmpty {
            writer.key("failed")
            writer.beginObject()
            for (name, rejection) in attempt.failed {
                writer.key(name)
                rejection.write(into: &writer)
            }
            writer.endObject()
        }
        writeVolumes(into: &writer)
        if !attempt.message.isEmpty { writer.text("message", attempt.message) }
        if let preemption = attempt.preemption {
            writer.key("preemption")
            preemption.write(into: &writer)
        }
        writer.endObject()
    }

    private func writeVolumes(into writer: inout JSONWriter) {
        if attempt.boundClaims.isEmpty && attempt.provisionedClaims.isEmpty { return }
        writer.key("volumes")
        writer.beginObject()
        if !attempt.boundClaims.isEmpty {
            writer.key("static")
            writer.texts(Dictionary(attempt.boundClaims.map { ($0.claim, $0.volume) }) { _, last in last })
        }
        writer.texts("provisioned", attempt.provisionedClaims)
        writer.endObject()
    }
}

extension Rejection {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.text("status", status.rawValue)
        writer.text("plugin", plugin?.rawValue)
        writer.texts("reasons", reasons)
        writer.endObject()
    }
}

extension PreemptionResult {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.text("status", status.rawValue)
        if !message.isEmpty { writer.text("message", message) }
        writer.text("node", node)
        writer.texts("victims", victims.map(\.name))
        writer.texts("ties", ties)
        if candidates.count > 1 {
            writer.key("candidates")
            writer.beginArray()
            for candidate in candidates {
                writer.beginObject()
                writer.text("node", candidate.node)
                writer.texts("victims", candidate.victims.map(\.name))
                if candidate.budgetViolations > 0 {
                    writer.key("pdbViolations")
                    writer.int(candidate.budgetViolations)
                }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.texts("cleared", cleared.map(\.name))
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func text(_ key: String, _ value: String?) {
        guard let value else { return }
        self.key(key)
        string(value)
    }

    fileprivate mutating func texts(_ key: String, _ values: [String]) {
        if values.isEmpty { return }
        self.key(key)
        beginArray()
        for value in values { string(value) }
        endArray()
    }
}
