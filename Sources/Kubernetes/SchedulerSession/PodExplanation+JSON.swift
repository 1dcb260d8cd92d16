import BulkJSON
import DecisionExplanations
import PlacementEngine
import PlacementModel

// The keys are documented in docs/output.md and stay stable.
extension PodExplanation {
    public func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("pod", pod)
        writer.member("outcome", outcome.rawValue)
        writer.member("sequence", Int64(sequence))
        if let message { writer.member("message", message) }
        if let node { writer.member("node", node) }
        if let timing {
            writer.key("timing")
            writer.beginObject()
            writer.member("arrivedMs", timing.arrivedMs)
            writer.member("decidedMs", timing.decidedMs)
            writer.member("offers", Int64(timing.offers))
            writer.endObject()
        }
        if !notes.isEmpty { writer.member("notes", notes) }
        decision?.writeMembers(containers: containers, into: &writer)
        writer.endObject()
    }
}

extension DecisionExplanation {
    fileprivate func writeMembers(containers: [String], into writer: inout JSONWriter) {
        writer.member("nodes", Int64(nodes))
        writer.member("fittingNodes", Int64(fittingNodes))
        writer.key("checks")
        writer.beginArray()
        for stage in stages {
            writer.beginObject()
            writer.member("check", stage.name)
            if !stage.asked.isEmpty { writer.member("asked", stage.asked) }
            writer.member("entered", Int64(stage.entered))
            writer.member("passed", Int64(stage.passed))
            writer.key("reasons")
            writer.beginArray()
            for reason in stage.reasons {
                writer.beginObject()
                writer.member("reason", reason.word)
                writer.member("nodes", Int64(reason.nodes))
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.member("rule", rule)
        writer.member("ties", Int64(ties))
        writer.key("best")
        writer.beginArray()
        for node in ranked { node.write(into: &writer) }
        writer.endArray()
        if let chosen {
            writer.key("chosen")
            chosen.write(containers: containers, into: &writer)
        }
        if !nearest.isEmpty {
            writer.key("nearest")
            writer.beginArray()
            for node in nearest { node.write(containers: containers, into: &writer) }
            writer.endArray()
        }
    }
}

extension DecisionExplanation.RankedNode {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("node", node)
        switch score {
        case .share(let score):
            writer.key("score")
            writer.float(score)
            writer.key("vendorScore")
            writer.float(vendorScore)
        case .points(let points): writer.member("score", Int64(points))
        case .drawn: break
        }
        writer.member("usedSlots", usage.usedSlots)
        writer.member("slots", usage.slots)
        writer.member("usedCores", usage.usedCores)
        writer.member("cores", usage.totalCores)
        writer.member("usedMemoryMiB", usage.usedMemoryMiB)
        writer.member("memoryMiB", usage.totalMemoryMiB)
        writer.endObject()
    }
}

extension NodeInspection {
    fileprivate func write(containers: [String], into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("node", node)
        if !fits {
            writer.member("failingChecks", Int64(failingChecks))
            writer.member("permanentChecks", Int64(permanentChecks))
            writer.member("shortfallMilli", shortfallMilli)
        }
        if let deviceFailure { writer.member("reason", deviceFailure.text) }
        writer.key("filters")
        writer.beginArray()
        for lack in lacks {
            writer.beginObject()
            writer.member("reason", lack.filter.word)
            writer.member("subject", lack.subject)
            if let asked = lack.asked, let free = lack.free, let offered = lack.offered {
                writer.member("asked", asked)
                writer.member("free", free)
                writer.member("offered", offered)
            }
            writer.member("permanent", lack.isPermanent)
            writer.endObject()
        }
        writer.endArray()
        writer.key("requests")
        writer.beginArray()
        for ask in asks {
            writer.beginObject()
            writer.member("container", ask.container < containers.count ? containers[ask.container] : "")
            writer.member("vendor", ask.vendor)
            writer.member("count", Int64(ask.request.devices))
            writer.member("memoryMiB", Int64(ask.request.memoryMiB))
            if ask.request.memoryMiB <= 0, ask.request.memoryPercent != DeviceRequest.notGivenPercent {
                writer.member("memoryPercent", Int64(ask.request.memoryPercent))
            }
            writer.member("cores", Int64(ask.request.cores))
            writer.key("devices")
            writer.beginArray()
            for device in ask.devices { device.write(into: &writer) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension DeviceVerdict {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("place", Int64(place))
        writer.member("id", id)
        writer.member("type", type)
        for (key, value) in [
            ("usedSlots", usedSlots), ("slots", slots), ("usedMemoryMiB", usedMemoryMiB),
            ("memoryMiB", totalMemoryMiB), ("usedCores", usedCores), ("cores", totalCores),
        ] {
            writer.member(key, Int64(value))
        }
        if let score {
            writer.key("score")
            writer.float(score)
        }
        writer.member("passes", passes)
        writer.key("lacks")
        writer.beginArray()
        for lack in lacks {
            writer.beginObject()
            writer.member("reason", lack.reason.word)
            writer.member("kind", lack.kind.rawValue)
            if lack.amount > 0 { writer.member("amount", lack.amount) }
            writer.member("permanent", lack.isPermanent)
            writer.endObject()
        }
        writer.endArray()
        if let granted {
            writer.key("granted")
            writer.beginObject()
            writer.member("memoryMiB", Int64(granted.memoryMiB))
            writer.member("cores", Int64(granted.cores))
            writer.endObject()
        }
        writer.endObject()
    }
}
