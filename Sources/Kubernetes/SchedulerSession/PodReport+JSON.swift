import BulkJSON

// The keys are documented in docs/output.md and stay stable.
extension PodReport {
    public func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("pod", pod)
        writer.member("outcome", verdict.word)
        switch verdict {
        case .placed(let placement): placement.writeMembers(into: &writer)
        case .rejected(let rejection): rejection.writeMembers(into: &writer)
        case .denied(let message), .invalid(let message), .skipped(let message): writer.member("message", message)
        }
        if !notConsidered.isEmpty { writer.member("notConsidered", notConsidered) }
        if !notes.isEmpty { writer.member("notes", notes) }
        if let explanation {
            writer.key("explanation")
            explanation.write(into: &writer)
        }
        writer.endObject()
    }
}

extension PodReport.Verdict {
    /// `placed`, `rejected`, `denied`, `invalid` or `skipped`.
    public var word: String {
        switch self {
        case .placed: "placed"
        case .rejected: "rejected"
        case .denied: "denied"
        case .invalid: "invalid"
        case .skipped: "skipped"
        }
    }
}

extension PodPlacement {
    fileprivate func writeMembers(into writer: inout JSONWriter) {
        writer.member("node", node)
        if let score {
            writer.key("score")
            writer.float(score)
        }
        writer.key("devices")
        writer.beginArray()
        for device in devices { device.write(into: &writer) }
        writer.endArray()
        if let patch {
            writer.key("patch")
            patch.write(into: &writer)
        }
    }
}

extension AssignedDevice {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("container", container)
        writer.member("vendor", vendor)
        writer.member("id", id)
        writer.key("place")
        writer.int(place)
        writer.member("type", type)
        writer.key("memoryMiB")
        writer.int(memoryMiB)
        writer.key("cores")
        writer.int(cores)
        writer.endObject()
    }
}

extension PodPatch {
    /// A merge patch for the pod.
    public func write(into writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("metadata")
        writer.beginObject()
        writer.key("annotations")
        writer.texts(annotations)
        writer.key("labels")
        writer.texts(labels)
        writer.endObject()
        writer.endObject()
    }
}

extension PodRejection {
    fileprivate func writeMembers(into writer: inout JSONWriter) {
        writer.member("message", message)
        if let prospect { writer.member("fit", prospect.rawValue) }
        writer.key("reasons")
        writer.beginArray()
        for reason in reasons {
            writer.beginObject()
            writer.member("reason", reason.word)
            writer.key("nodes")
            writer.int(reason.nodes)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension PlacementExplanation {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.beginObject()
        if let choice { writer.member("choice", choice) }
        writer.key("fittingNodes")
        writer.int(fittingNodes)
        writer.key("best")
        writer.beginArray()
        for entry in best {
            writer.beginObject()
            writer.member("node", entry.node)
            writer.key("score")
            writer.float(entry.score)
            writer.endObject()
        }
        writer.endArray()
        for (key, groups) in [("filtered", filtered), ("refused", refused)] {
            writer.key(key)
            writer.beginArray()
            for group in groups {
                writer.beginObject()
                writer.member("reason", group.reason)
                writer.member("nodes", group.nodes)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
    }
}
